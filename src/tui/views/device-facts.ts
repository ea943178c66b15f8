import type { DeviceView } from '../../core/api/types.ts';
import { shownState } from '../../core/model/shown-state.ts';
import { fitTo, line, type Span } from '../cells.ts';
import { duration, rtt } from '../format.ts';
import type { Scene } from '../ui.ts';

/** How a device is checked and healed, and what its probes say, one line a fact. */
export function factLines(scene: Scene, device: DeviceView, width: number): string[] {
  const { look } = scene;
  return facts(scene, device).map(([name, spans]) =>
    line(look, width, [['dim', fitTo(name, 10, look.glyphs)], ...spans]),
  );
}

function facts(scene: Scene, device: DeviceView): [string, Span[]][] {
  const { config, healing, flags, failure } = device;
  const { intervalMs, timeoutMs, failureThreshold } = config;
  const tags = Object.entries(device.tags).map(([key, value]) => `${key}=${value}`);
  const checked = `every ${duration(intervalMs)}, timeout ${duration(timeoutMs)}, down after ${failureThreshold}`;
  const attempts = `${healing.phase.replaceAll('-', ' ')}, ${healing.attempts} of ${healing.maxAttempts} attempts`;
  const rows: [string, Span[]][] = [
    ['address', [device.address, ['dim', `  group ${device.group}`]]],
    ['checked', [checked]],
    ['through', parentSpans(scene, device)],
    ['login', [config.ssh ?? 'no ssh', ['dim', config.via ? `  through ${config.via.join(', ')}` : '']]],
    ['heals by', [config.strategies.join(', ') || 'nothing: no strategy']],
    ['healing', [attempts, healing.reason === null ? '' : (['dim', ` (${healing.reason})`] as const)]],
  ];
  if (tags.length > 0) rows.push(['tags', [tags.join(' ')]]);
  if (failure) rows.push(['failure', [['bad', `${failure.probe} ${failure.kind}: ${failure.message}`]]]);
  if (flags.acknowledged)
    rows.push(['ack', [`${flags.acknowledged.by}: ${flags.acknowledged.reason || '(no reason)'}`]]);
  return [...rows, ...device.probes.map((probe): [string, Span[]] => ['probe', probeSpans(scene, probe)])];
}

function probeSpans({ look }: Scene, { name, ok, rttMs, message }: DeviceView['probes'][number]): Span[] {
  const { states } = look.glyphs;
  const sign: Span = ok === null ? ['dim', states.unknown] : ok ? ['good', states.up] : ['bad', states.down];
  const words = rttMs === null ? '' : ` ${rtt(rttMs)} ms`;
  return [sign, ` ${name}${words}`, ['dim', message === null ? '' : `  ${message}`]];
}

function parentSpans({ data, look }: Scene, { parents }: DeviceView): Span[] {
  if (parents.length === 0) return ['nothing: reached directly'];
  return parents.flatMap((id, index): Span[] => {
    const parent = data.byId.get(id);
    const state = parent ? shownState(parent) : 'unknown';
    const sign: Span = [state, `${look.glyphs.states[state]} `];
    return [index === 0 ? '' : ', ', sign, data.labelOf(id), ['dim', ` ${state}`]];
  });
}
