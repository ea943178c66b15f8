import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import type { Action } from '../../../src/core/api/types.ts';
import { resolveConfig } from '../../../src/core/config/resolve.ts';
import { act } from '../../../src/core/engine/actions.ts';
import { Engine } from '../../../src/core/engine/engine.ts';
import { Fleet } from '../../../src/core/engine/fleet.ts';
import { Monitored } from '../../../src/core/engine/monitored.ts';
import { prepareProbes, prepareStrategies } from '../../../src/core/engine/prepare.ts';
import { SampleStore } from '../../../src/core/engine/samples.ts';
import { deviceBrief, deviceGlance, deviceView } from '../../../src/core/engine/view.ts';
import { Journal } from '../../../src/core/journal.ts';
import { Account } from '../../../src/core/kernel/accounts.ts';
import { createHooks, tappableHooks } from '../../../src/core/kernel/hooks.ts';
import { Registry } from '../../../src/core/kernel/registry.ts';
import type {
  EventRecord,
  HealOutcome,
  Incident,
  ProbeResult,
  StepRequest,
  StepResult,
} from '../../../src/core/plugin.ts';
import { Store } from '../../../src/core/store.ts';
import guardrails from '../../../src/plugins/guardrails/index.ts';
import { VirtualClock } from './virtual-clock.ts';

const RTT_MS = 2;
const SILENCE: ProbeResult = { ok: false, reason: 'timeout', message: 'no answer' };

/** How a heal of the fake world goes; by default it mends the device. */
export type HealScript = (request: StepRequest, world: World) => Promise<StepResult> | StepResult;

/**
 * A world in which the real engine, hooks, guardrails, store and journal live: only the network, the healer and the
 * clock are made up. `down` are the ids of devices that do not answer; `cut` means that the monitor hears nobody.
 */
export class World {
  readonly clock: VirtualClock;
  readonly dir: string;
  readonly down = new Set<string>();
  /** Ids of devices that answer late, with their RTT in milliseconds. */
  readonly slow = new Map<string, number>();
  /** Ids of devices that answer, but wrongly: with this. */
  readonly wrong = new Map<string, ProbeResult>();
  /** What keeps us from sending to an address. */
  readonly blocked = new Map<string, string>();
  cut = false;
  /** Ids of the devices that healers were run on, in order. */
  readonly healed: string[] = [];
  readonly checks: { id: string; at: number }[] = [];
  readonly events: EventRecord[] = [];
  readonly thresholds: Incident[] = [];
  readonly outcomes: HealOutcome[] = [];
  /** One more gate, which has no objection but may take its time. */
  gate: () => Promise<void> = async () => undefined;
  heal: HealScript = ({ target }, world) => {
    world.down.delete(target.id);
    return { ok: true };
  };
  /** The same config is read again; one reload after the other. */
  reload!: () => Promise<string | null>;
  engine!: Engine;
  store!: Store;
  journal!: Journal;
  #config: object;

  constructor(
    config: object,
    clock = new VirtualClock(),
    dir = mkdtempSync(join(tmpdir(), 'netheal-world-')),
  ) {
    this.#config = config;
    this.clock = clock;
    this.dir = dir;
    onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  }

  async start(healing: 'act' | 'observe' | 'off' = 'act'): Promise<this> {
    const { clock } = this;
    const config = await resolveConfig(this.#config, {
      file: null,
      dir: this.dir,
      env: {},
      locate: () => 'world',
    });
    const hooks = createHooks();
    const registry = new Registry();
    registry.probes.add('icmp', 'world', {
      type: 'icmp',
      options: z.object({}),
      run: ({ device, timeoutMs }) => this.#ping(device.id, timeoutMs),
    });
    registry.healers.add('wait', 'world', {
      kind: 'wait',
      spec: z.unknown(),
      describe: (spec) => [JSON.stringify(spec)],
      edit: (_spec, _target, [line = '']) => ({ spec: JSON.parse(line) }),
      run: async (request) => {
        this.healed.push(request.target.id);
        return this.heal(request, this);
      },
    });
    const fleet = new Fleet();
    const prepare = {
      registry,
      device: (id: string) => config.devices.find((device) => device.id === id)!,
      parse: <T>(schema: z.ZodType<T>, value: unknown) => schema.parse(value),
      locate: () => 'world',
      prepared: new Map(),
    };
    const samples = new SampleStore(64);
    const devices = () =>
      config.devices.map(
        (device) =>
          new Monitored({
            config: device,
            probes: prepareProbes(device, prepare),
            strategies: prepareStrategies(device, prepare),
            at: clock.now(),
            monoMs: clock.monoMs(),
            samples: samples.ring(),
          }),
      );
    fleet.replace(devices());
    let turn: Promise<string | null> = Promise.resolve(null);
    this.reload = () => {
      turn = turn.then(() => this.engine.reload(devices(), config.downtimes, healing));
      return turn;
    };
    this.store = new Store({
      now: clock.now,
      deviceIds: () => fleet.ids(),
      briefs: () => [...fleet.all()].map(deviceBrief),
      glances: () => [...fleet.all()].map((device) => deviceGlance(device, clock.monoMs())),
      deviceView: (id) => {
        const device = fleet.get(id);
        const incident = this.store.incident(device?.state.incident ?? '');
        return device
          ? deviceView(device, { monoMs: clock.monoMs(), incident, rootCause: fleet.rootCauseOf(id) })
          : null;
      },
      samples: () => [],
      plugins: () => [],
      monitor: {} as never,
    });
    this.store.onEvent((event) => this.events.push(event));
    this.journal = Journal.open(
      join(this.dir, 'journal'),
      () => clock.now(),
      () => undefined,
    );
    this.engine = new Engine({
      clock,
      random: () => 0.5,
      hooks,
      store: this.store,
      journal: this.journal,
      fleet,
      config,
      witnesses: config.monitoring.witnesses ?? [],
      witnessProbe: {
        type: 'icmp',
        options: z.object({}),
        run: ({ device, timeoutMs }) => this.#ping(device.address, timeoutMs),
      },
      healing,
      automatic: true,
      record: ({ device, at }) => void this.checks.push({ id: device.id, at }),
      onHang: () => undefined,
      sendFault: async (address) => this.blocked.get(address),
    });
    const taps = tappableHooks(hooks, {
      account: new Account('guardrails'),
      monoMs: clock.monoMs,
      onFault: () => undefined,
      onStartFailed: () => undefined,
    });
    const options = config.plugins.find(({ name }) => name === 'guardrails')!.options;
    await guardrails.apply(
      { hooks: taps, snapshot: () => this.engine.snapshot() } as never,
      options as never,
    );
    hooks.beforeHeal.tapPromise('world', async () => {
      await this.gate();
      return undefined;
    });
    hooks.onThresholdReached.tapPromise('world', async (incident) => void this.thresholds.push(incident));
    hooks.afterHeal.tapPromise('world', async (_attempt, outcome) => void this.outcomes.push(outcome));
    this.engine.start();
    return this;
  }

  act(action: Action) {
    return act(this.engine, action);
  }

  device(id: string) {
    return this.store.device(id)!;
  }

  /** Messages of the events of a type, oldest first. */
  told(type: EventRecord['type']): string[] {
    return this.events.filter((event) => event.type === type).map(({ message }) => message);
  }

  /** As `kill -9`: nothing is said or written any more. Answers the world after the restart, not yet started. */
  crash(): World {
    const next = new World(this.#config, new VirtualClock(), this.dir);
    next.clock.stepWall(this.clock.now() - next.clock.now());
    for (const id of this.down) next.down.add(id);
    this.cut = true;
    return next;
  }

  #ping(id: string, timeoutMs: number): Promise<ProbeResult> {
    const silent = this.cut || this.down.has(id);
    const rttMs = this.slow.get(id) ?? RTT_MS;
    const answer: ProbeResult = this.wrong.get(id) ?? { ok: true, rttMs };
    return new Promise((resolve) => {
      this.clock.setTimer(() => resolve(silent ? SILENCE : answer), silent ? timeoutMs : rttMs);
    });
  }
}

const FAST = {
  monitoring: { interval: '10s', timeout: '1s', retryInterval: '2s', witnesses: ['192.0.2.1'] },
  healing: {
    settle: '5s',
    verifyWindow: '30s',
    waitBetweenAttempts: '10s',
    minHealthyPeriod: '1m',
    maxUnhealthy: '100%',
  },
};

/** A world of devices with one strategy each; `change` is laid over the fast defaults. */
export function world(
  devices: readonly object[],
  change: { monitoring?: object; healing?: object; more?: object } = {},
  dir?: string,
): World {
  const config = {
    monitoring: { ...FAST.monitoring, ...change.monitoring },
    healing: { ...FAST.healing, ...change.healing },
    devices: devices.map((device, index) => ({
      ip: `192.0.2.${index + 10}`,
      group: `g${index}`,
      heal: [{ name: 'mend', steps: [{ wait: '1s' }] }],
      ...device,
    })),
    ...change.more,
  };
  return new World(config, new VirtualClock(), dir);
}
