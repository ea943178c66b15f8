import type { GateVerdict } from '../api/types.ts';
import type { Hooks } from '../kernel/hooks.ts';
import { gateNames } from '../kernel/hooks.ts';
import type { HealAttempt, Veto } from '../plugin.ts';

/** An attempt that has passed the gates and holds its targets until `leave` is called. */
export type Slot = Readonly<{ device: string; group: string; targets: readonly string[]; leave: () => void }>;

/**
 * The gate before every attempt. Gates are taps on `beforeHeal`; here they are asked, one attempt at a time, so that
 * two attempts can never both see the last free place.
 */
export class Gates {
  readonly #hooks: Hooks;
  readonly #running = new Set<Slot>();
  #queue: Promise<unknown> = Promise.resolve();

  constructor(hooks: Hooks) {
    this.#hooks = hooks;
  }

  /** Attempts that hold their targets now. */
  get running(): readonly Slot[] {
    return [...this.#running];
  }

  /** Would the attempt pass right now? Takes nothing. */
  async ask(attempt: HealAttempt): Promise<Veto | null> {
    // Without a single guardrail nothing may be healed: somebody turned them off, or they were not loaded.
    if (!this.#hooks.beforeHeal.isUsed()) return { gate: 'guardrails', veto: 'no guardrails are loaded' };
    const veto = (await this.#hooks.beforeHeal.promise(attempt)) ?? null;
    return veto ?? this.#busy(attempt);
  }

  /** Asks and, where nothing stands against it, takes the targets in the same turn. */
  enter(attempt: HealAttempt): Promise<Readonly<{ slot: Slot }> | Readonly<{ veto: Veto }>> {
    const turn = this.#queue.then(async () => {
      const veto = await this.ask(attempt);
      if (veto) return { veto };
      const slot: Slot = {
        device: attempt.device.id,
        group: attempt.device.group,
        targets: attempt.targets,
        leave: () => this.#running.delete(slot),
      };
      this.#running.add(slot);
      return { slot };
    });
    this.#queue = turn.catch(() => undefined);
    return turn;
  }

  /** The verdict of every gate, for a dry run: each veto is noted and then overridden to see the next. */
  async verdicts(attempt: HealAttempt): Promise<GateVerdict[]> {
    const vetoes = new Map<string, string>();
    for (;;) {
      const veto = await this.ask({ ...attempt, force: [...attempt.force, ...vetoes.keys()] });
      if (!veto || vetoes.has(veto.gate)) break;
      vetoes.set(veto.gate, veto.veto);
    }
    const names = new Set([...gateNames(this.#hooks), ...vetoes.keys()]);
    return [...names].map((gate) => ({ gate, ok: !vetoes.has(gate), reason: vetoes.get(gate) ?? null }));
  }

  /** Never overridden: two heals on one target at the same time would work against each other. */
  #busy(attempt: HealAttempt): Veto | null {
    for (const slot of this.#running) {
      const shared = slot.targets.find((target) => attempt.targets.includes(target));
      if (shared) return { gate: 'target-busy', veto: `${shared} is already being healed`, waitMs: 1_000 };
    }
    return null;
  }
}
