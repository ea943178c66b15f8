/**
 * All devices of a fleet at a glance, however many: columns instead of rows, and what does not change (who they are) apart
 * from what does. A grid or a table of 100,000 devices needs no more.
 */
import { SEVERITY, shownState } from '../model/shown-state.ts';
import type { DeviceGlance, Source } from './types.ts';

/** Devices in one block: one is made at a time, so that probes are not kept waiting. */
const BLOCK = 1_000;
const encoder = new TextEncoder();
const DIGITS = new Map(SEVERITY.map((state, index) => [state, String(index)]));

/** `GET /api/grid/names`: who the devices are, in the order of the config. */
export function namesPieces(source: Source): Generator<Uint8Array, void, void> {
  return blockPieces(source, (block) => ({
    ids: block.map(({ id }) => id),
    labels: block.map(({ label }) => label),
    addresses: block.map(({ address }) => address),
    groups: block.map(({ group }) => group),
    tags: block.map(({ tags }) => tags),
  }));
}

/** `GET /api/grid`: how they are, in the same order. */
export function gridPieces(source: Source): Generator<Uint8Array, void, void> {
  return blockPieces(source, (block) => ({
    states: block.map((device) => DIGITS.get(shownState(device))).join(''),
    rttMs: block.map(({ rttMs }) => hundredths(rttMs)),
    lossPercent: block.map(({ lossPercent }) => Math.round(lossPercent)),
    uptimePercent: block.map(({ stats }) => hundredths(stats.uptimePercent)),
    since: block.map(({ since }) => since),
  }));
}

/** `{ seq, at, blocks: [...], names }`; `names` stands for all that /api/grid/names says, and differs when that does. */
function* blockPieces(
  source: Source,
  columns: (block: readonly DeviceGlance[]) => object,
): Generator<Uint8Array, void, void> {
  const { seq, at } = source.snapshot();
  yield encoder.encode(`{"seq":${seq},"at":${at},"blocks":[`);
  let names = 0;
  let isFirst = true;
  for (const block of blocks(source.glances())) {
    for (const glance of block) names = hashed(nameOf(glance), names);
    yield encoder.encode(`${isFirst ? '' : ','}${JSON.stringify(columns(block))}`);
    isFirst = false;
  }
  yield encoder.encode(`],"names":"${(names >>> 0).toString(36)}"}`);
}

function* blocks(glances: Iterable<DeviceGlance>): Generator<readonly DeviceGlance[]> {
  let block: DeviceGlance[] = [];
  for (const glance of glances) {
    if (block.push(glance) < BLOCK) continue;
    yield block;
    block = [];
  }
  if (block.length > 0) yield block;
}

function nameOf({ id, label, address, group, tags }: DeviceGlance): string {
  return `${id}\n${label}\n${address}\n${group}\n${Object.entries(tags).join('\n')}`;
}

/** FNV-1a: quick, and what it is for is no secret. */
function hashed(text: string, seed: number): number {
  let hash = seed ^ 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash;
}

/** Never rounded up: 99.999 % of uptime is not all of it. */
function hundredths(value: number | null): number | null {
  return value === null ? null : Math.floor(value * 100) / 100;
}
