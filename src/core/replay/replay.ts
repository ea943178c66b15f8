import type { Assembly } from '../assemble.ts';
import type { ResolvedConfig } from '../config/types.ts';
import { Engine } from '../engine/engine.ts';
import { Fleet } from '../engine/fleet.ts';
import { Monitored } from '../engine/monitored.ts';
import { SampleStore } from '../engine/samples.ts';
import { deviceBrief } from '../engine/view.ts';
import { NethealError } from '../errors.ts';
import { Journal } from '../journal.ts';
import { createHooks, type Hooks } from '../kernel/hooks.ts';
import { PluginHost, type PluginServices } from '../kernel/host.ts';
import { Registry } from '../kernel/registry.ts';
import { Store } from '../store.ts';
import { type Matched, matchTracks, trackName } from './match.ts';
import { Player } from './player.ts';
import { ReplayClock } from './replay-clock.ts';
import { shadowStrategies, withTimeToVerify } from './shadow.ts';
import { type ReplayLine, Story, type StoryCounts } from './story.ts';
import type { Recording, Track } from './track.ts';

const GUARDRAILS = 'guardrails';
const BY = 'the replay';

export type ReplayOptions = Readonly<{
  config: ResolvedConfig;
  /** The config's plugins applied, none started. Their healers describe the steps; their hooks are not called. */
  assembly: Pick<Assembly, 'registry' | 'devices' | 'host'>;
  recording: Recording;
  /** After a blast radius has stopped all healing a person is assumed to resume it after this time; null: nobody does. */
  resumeAfterMs: number | null;
  onLine: (line: ReplayLine) => void;
}>;

export type ReplaySummary = StoryCounts &
  Readonly<{
    source: string;
    /** Devices of the config that the log has checks of, of how many. */
    devices: number;
    configured: number;
    samples: number;
    /** The first and the last check, epoch milliseconds. */
    from: number;
    to: number;
    /** Stretches in which the log holds nothing at all. */
    gaps: number;
    gapMs: number;
    badRows: number;
    /** In the log and not in the config; in the config and not in the log. */
    unknown: readonly string[];
    missing: readonly string[];
  }>;

/**
 * Plays a log to the engine that `netheal run` runs, with the gates and strategies of a config, in virtual time: nothing is
 * contacted, nothing is written.
 *
 * @throws NethealError where no device of the config is in the log
 */
export async function replay(options: ReplayOptions): Promise<ReplaySummary> {
  const { config, assembly, recording, onLine } = options;
  const matched = matchTracks(config.devices, recording);
  const [from, to] = spanOf([...matched.tracks.values()]);
  if (matched.tracks.size === 0) throw nothingToPlay(recording);
  for (const message of notesOn(options, matched)) onLine({ type: 'note', message });

  const clock = new ReplayClock(from);
  const byAddress = new Map(recording.tracks.map((track) => [track.address, track]));
  const fleet = new Fleet();
  const player = new Player({
    clock,
    device: (id) => fleet.get(id),
    onTime: () => engine.refresh(),
    tracks: matched.tracks,
    trackOf: (address, id) => matched.tracks.get(id) ?? byAddress.get(address),
  });
  fleet.replace(devicesOf(assembly.devices, clock, matched.tracks));
  const store = storeOf(fleet, clock, config);
  const story = new Story(store);

  const hooks = createHooks();
  // In the place of every probe: none is ever run, whatever a device is looked at with.
  hooks.beforePing.tap('replay', ({ device }) => player.answer(device));
  const engine: Engine = new Engine({
    clock,
    random: () => 0.5,
    hooks,
    store,
    journal: Journal.inMemory(() => clock.now()),
    fleet,
    config,
    // One that is not in the log can be asked nothing.
    witnesses: (config.monitoring.witnesses ?? []).filter((address) => byAddress.has(address)),
    witnessProbe: assembly.registry.probes.has('icmp') ? assembly.registry.probes.get('icmp') : undefined,
    healing: 'act',
    automatic: true,
    record: () => undefined,
    onHang: () => undefined,
    schedulerOf: (run) => player.scheduler(run),
  });
  store.onEvent((event) => {
    const line = story.line(event);
    if (line) onLine(line);
    // A gate pauses all healing only where it stops it for good; and nobody else is here to pause anything.
    if (event.type !== 'paused' || options.resumeAfterMs === null) return;
    clock.setTimer(() => engine.setPaused(null, BY, false), options.resumeAfterMs);
  });
  await applyGuardrails({ config, clock, hooks, engine }, (message) => onLine({ type: 'note', message }));

  engine.start();
  const { samples, gaps, gapMs } = await player.play();
  return {
    ...story.counts(),
    source: recording.source,
    devices: matched.tracks.size,
    configured: config.devices.length,
    samples,
    from,
    to,
    gaps,
    gapMs,
    badRows: recording.badRows,
    unknown: matched.unknown.map(trackName),
    missing: matched.missing,
  };
}

function spanOf(tracks: readonly Track[]): [number, number] {
  return [
    Math.min(...tracks.map((track) => track.at(0))),
    Math.max(...tracks.map((track) => track.at(track.length - 1))),
  ];
}

function nothingToPlay({ source, tracks, badRows }: Recording): NethealError {
  const names = tracks.slice(0, 5).map(({ address, name }) => address ?? name);
  const held =
    tracks.length === 0
      ? `no checks in that time${badRows > 0 ? ` (${badRows} rows make no sense)` : ''}`
      : `checks of ${names.join(', ')}${tracks.length > names.length ? ', ...' : ''}`;
  return new NethealError('NH_ARGUMENT_INVALID', `no device of the config is in ${source}: it has ${held}`);
}

/** What is assumed, and what cannot be told from a log: before the first line. */
function notesOn(
  { config, assembly, recording, resumeAfterMs }: ReplayOptions,
  { unknown, missing }: Matched,
): string[] {
  const addresses = new Set(recording.tracks.map(({ address }) => address));
  const unheard = (config.monitoring.witnesses ?? []).filter((address) => !addresses.has(address));
  const strangers = assembly.host.accounts.filter(
    ({ plugin, hooks }) => plugin !== GUARDRAILS && (hooks.has('beforeHeal') || hooks.has('beforePing')),
  );
  const { badRows, badLines, source } = recording;
  const resumed = resumeAfterMs === null ? 'nobody' : 'a person';
  return [
    ...(badRows > 0
      ? [
          `${source}: ${badRows} row(s) make no sense and are left out (lines ${badLines.join(', ')}${badRows > badLines.length ? ', ...' : ''})`,
        ]
      : []),
    ...(unknown.length > 0 ? [`in the log and not in the config: ${unknown.map(trackName).join(', ')}`] : []),
    ...(missing.length > 0 ? [`in the config and not in the log: ${missing.join(', ')}`] : []),
    ...(unheard.length > 0 ? [`witnesses that are not in the log are not asked: ${unheard.join(', ')}`] : []),
    ...strangers.map(({ plugin }) => `the hooks of plugin ${plugin} are not called`),
    ...(config.healing.enabled && config.healing.mode === 'observe'
      ? ['the config says mode: observe; told is what mode: act would do']
      : []),
    `assumed: ${resumed} resumes healing that the blast radius has stopped${resumeAfterMs === null ? '' : ` after ${Math.round(resumeAfterMs / 60_000)} min`}; nobody approves what asks for it`,
  ];
}

function* devicesOf(
  devices: readonly Monitored[],
  clock: ReplayClock,
  tracks: ReadonlyMap<string, Track>,
): Iterable<Monitored> {
  // Nobody looks at the last samples here.
  const samples = new SampleStore(1);
  for (const { id, config, probes, strategies } of devices) {
    yield new Monitored({
      config: withTimeToVerify(config, tracks.get(id)),
      // A log has one verdict for all probes of a device: it is given to the primary one.
      probes: probes.slice(0, 1),
      strategies: shadowStrategies(strategies, clock),
      at: clock.now(),
      monoMs: clock.monoMs(),
      samples: samples.ring(),
    });
  }
}

function storeOf(fleet: Fleet, clock: ReplayClock, config: ResolvedConfig): Store {
  return new Store({
    now: () => clock.now(),
    deviceIds: () => fleet.ids(),
    briefs: function* () {
      for (const device of fleet.all()) yield deviceBrief(device);
    },
    glances: () => [],
    deviceView: () => null,
    samples: () => [],
    plugins: () => [],
    monitor: {
      version: '',
      pid: process.pid,
      startedAt: clock.now(),
      configFile: config.file,
      demo: false,
      healing: 'act',
      paused: null,
      selfOffline: false,
      engine: 'replay',
      healingStopped: null,
    },
  });
}

/** The gates, and only they, on hooks of their own: what else a plugin listens for (a pager) must hear nothing of this. */
async function applyGuardrails(
  {
    config,
    clock,
    hooks,
    engine,
  }: Readonly<{ config: ResolvedConfig; clock: ReplayClock; hooks: Hooks; engine: Engine }>,
  say: (message: string) => void,
): Promise<void> {
  const services = (plugin: string, signal: AbortSignal): PluginServices => ({
    log: { info: () => undefined, warn: say, error: say },
    clock: { now: clock.now, monoMs: clock.monoMs },
    snapshot: () => engine.snapshot(),
    signal,
    configDir: config.dir,
    stateDir: config.stateDir,
    notice: (message) => say(`${plugin}: ${message}`),
    http: () => new Response(null, { status: 503 }),
  });
  const host = new PluginHost({
    hooks,
    registry: new Registry(),
    configDir: config.dir,
    monoMs: clock.monoMs,
    onFault: ({ what }) => say(what),
    // They were parsed when the config was put together: there is nothing to complain about any more.
    parse: (schema, value) => schema.parse(value),
    services,
    signal: new AbortController().signal,
  });
  await host.apply(config.plugins.filter(({ name }) => name === GUARDRAILS));
}
