import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type World, world } from './world.ts';

const MINUTE = 60_000;
const by = 'op';
const DEVICES = [
  { id: 'a' },
  { id: 'b', heal: [{ name: 'mend', steps: [{ wait: '1s' }], approval: 'ask' }] },
  { id: 'c' },
  { id: 'd' },
];
const newWorld = (dir?: string) => world(DEVICES, {}, dir);

/** Everything that a journal can hold, at the moment of a crash in mid-heal. */
async function aJournal(): Promise<string> {
  const w = await newWorld().start();
  await w.act({ type: 'downtime', device: 'c', by, reason: 'works', durationMs: 60 * MINUTE });
  await w.act({ type: 'pause', device: 'd', by });
  w.heal = () => new Promise(() => undefined);
  w.down.add('a').add('b');
  await w.clock.advance(30_000);
  const { id: heal, plan } = [...w.store.heals()].find(({ phase }) => phase === 'waiting-approval')!;
  await w.act({ type: 'edit', heal, hash: plan.hash, by, steps: [['{"wait":"7s"}']] });
  await w.act({ type: 'ack', device: 'b', by, reason: 'mine' });
  w.journal.append({ type: 'flapping', device: 'c', history: [true, false] });
  w.journal.append({ type: 'cooldown', device: 'a', until: w.clock.now() + MINUTE });
  w.journal.append({ type: 'healing-stopped', reason: 'too many', at: w.clock.now() });
  w.journal.append({ type: 'resumed', device: null, by, at: w.clock.now() });
  const text = readFileSync(w.journal.path!, 'utf8');
  // And the same once more in the compact form that it has after a restart.
  return `${text}${JSON.stringify({ type: 'state', state: w.journal.state })}\n`;
}

/** Every place in a JSON value, as the keys that lead there. */
function places(value: unknown): string[][] {
  if (typeof value !== 'object' || value === null) return [[]];
  return [
    [],
    ...Object.entries(value).flatMap(([key, inner]) => places(inner).map((rest) => [key, ...rest])),
  ];
}

function put(value: unknown, [key, ...rest]: readonly string[], other: unknown): unknown {
  if (key === undefined) return other;
  const copy = Array.isArray(value) ? [...value] : { ...(value as object) };
  (copy as Record<string, unknown>)[key] = put((value as Record<string, unknown>)[key], rest, other);
  return copy;
}

const NONSENSE = [null, -1, 1e300, 'x', true, [], {}, [null], { x: null }];

/** Starts on what is there, and lives for a while; a mistake of ours would be thrown. */
async function lives(text: string): Promise<World> {
  const dir = mkdtempSync(join(tmpdir(), 'netheal-corrupt-'));
  writeFileSync(join(dir, 'journal'), text);
  const w = await newWorld(dir).start();
  w.down.add('a');
  await w.clock.advance(2 * MINUTE);
  w.journal.close();
  rmSync(dir, { recursive: true, force: true });
  return w;
}

it('a journal that is cut off or damaged at any place never keeps netheal from starting', async () => {
  const text = await aJournal();
  const lines = text.trimEnd().split('\n');
  const cut = fc.nat(text.length).map((at) => text.slice(0, at));
  const noise = fc
    .tuple(fc.nat(text.length), fc.string({ unit: 'binary', maxLength: 8 }))
    .map(([at, what]) => text.slice(0, at) + what + text.slice(at + what.length));
  const nonsense = fc
    .tuple(fc.nat(lines.length - 1), fc.nat(), fc.constantFrom(...NONSENSE))
    .map(([index, nth, other]) => {
      const entry: unknown = JSON.parse(lines[index]!);
      const all = places(entry);
      const changed = put(entry, all[nth % all.length]!, other);
      return `${lines.with(index, JSON.stringify(changed)).join('\n')}\n`;
    });
  await fc.assert(
    fc.asyncProperty(fc.oneof(cut, noise, { arbitrary: nonsense, weight: 5 }), async (damaged) => {
      const w = await lives(damaged);
      expect(w.device('a').lastCheckAt).toBeGreaterThan(w.clock.now() - MINUTE);
      expect(w.device('c').reachability).toBe('up');
    }),
    { numRuns: 60 },
  );
}, 120_000);
