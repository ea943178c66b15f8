import type { Device, Healer, Secret, StepResult, TranscriptLine } from '../../../src/core/plugin.ts';
import steps from '../../../src/plugins/steps/index.ts';
import { applyPlugin } from '../../plugin-harness.ts';

export const device: Device = {
  id: 'sw-01',
  address: '192.0.2.7',
  label: 'Switch "1" & co',
  group: 'default',
  tags: {},
  parents: [],
};

/** The healer of a kind, as the plugin contributes it. */
export async function healerOf(kind: string, configDir = '/'): Promise<Healer> {
  return (await applyPlugin(steps, undefined, { configDir })).healers.get(kind)!;
}

export type Ran = Readonly<{ result: StepResult; lines: string[]; masked: (string | Secret)[] }>;

/** Parses a step as the config would and runs it. */
export async function runStep(
  healer: Healer,
  step: unknown,
  options: { signal?: AbortSignal; onLine?: (text: string) => void } = {},
): Promise<Ran> {
  const lines: string[] = [];
  const masked: (string | Secret)[] = [];
  const write = (kind: TranscriptLine['kind'], text: string) => {
    lines.push(`${kind}: ${text}`);
    options.onLine?.(text);
  };
  const result = await healer.run({
    spec: healer.spec.parse(step),
    device,
    target: device,
    ssh: undefined,
    timeoutMs: 10_000,
    signal: options.signal ?? new AbortController().signal,
    transcript: { write, mask: (secret) => void masked.push(secret) },
  });
  return { result, lines, masked };
}
