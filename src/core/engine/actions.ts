import type { Action, ActionResult } from '../api/types.ts';
import type { Incident } from '../model/types.ts';
import { nearest } from '../nearest.ts';
import type { Engine } from './engine.ts';
import { newIncident } from './incident.ts';
import { EMPTY_JOURNAL } from './journal-state.ts';
import type { Monitored } from './monitored.ts';
import { type Planned, planAttempt } from './plan.ts';
import { toAttempt } from './remedy.ts';

type Handler<A extends Action> = (engine: Engine, action: A) => Promise<ActionResult> | ActionResult;

/** What a view may ask for; each says in words what was done or why not, and leaves its trace in the events. */
const HANDLERS: { readonly [T in Action['type']]: Handler<Extract<Action, { type: T }>> } = {
  ping: async (engine, { device: id }) =>
    withDevice(engine, id, async (device) => {
      await engine.checkNow(device.id);
      const { verdict, message, rttMs } = device.last;
      const { label } = device.device;
      if (verdict === 'failed') return ok(`${label} fails: ${message}`);
      if (verdict !== 'ok') return ok(`${label}: no verdict (${message || 'not checked'})`);
      return ok(`${label} answers${Number.isNaN(rttMs) ? '' : ` in ${rttMs.toFixed(1)} ms`}`);
    }),

  heal: (engine, { device: id, by, force = [] }) =>
    withDevice(engine, id, async (device) => {
      const result = await healByHand(engine, device, by, force);
      if (!result.ok && result.gate !== undefined)
        engine.refusedByHand(device, by, result.gate, result.message);
      return result;
    }),

  'dry-run': (engine, { device: id, by }) =>
    withDevice(engine, id, async (device) => {
      const { incident, planned } = nextOf(engine, device);
      if (!planned)
        return refused(
          'strategy',
          `${device.device.label}: no strategy matches attempt ${incident.attempts + 1}`,
        );
      const shown = engine.proposal(planned, incident);
      const { signal } = new AbortController();
      const attempt = toAttempt(device, incident, shown.planned, { by, force: [] }, signal);
      const gates = await engine.gates.verdicts(attempt);
      const edited = shown.editedBy === undefined ? '' : `; its commands were edited by ${shown.editedBy}`;
      return {
        ok: true,
        message: `dry run: nothing was done to ${device.device.label}${edited}`,
        plan: shown.planned.plan,
        gates,
      };
    }),

  approve: (engine, { heal, hash, by, typedLabel }) => engine.approvals.approve(heal, hash, by, typedLabel),
  reject: (engine, { heal, by }) => engine.approvals.reject(heal, by),
  edit: (engine, { heal, hash, by, steps }) => engine.approvals.edit(heal, hash, by, steps),

  ack: (engine, { device: id, by, reason, untilMs }) =>
    withDevice(engine, id, (device) => {
      const incident = engine.incidentOf(device);
      if (!incident) return refused('healthy', `${device.device.label} has no open incident to acknowledge`);
      engine.updateIncident({
        ...incident,
        acknowledged: { by, reason, at: engine.now(), until: untilMs ?? null },
      });
      engine.event(
        'acknowledged',
        `${device.device.label}: acknowledged by ${by}: ${reason || '(no reason)'}`,
        id,
      );
      return ok(`${device.device.label} is acknowledged: it is not healed while a person is on it`);
    }),
  unack: (engine, { device: id, by }) =>
    withDevice(engine, id, (device) => {
      const incident = engine.incidentOf(device);
      if (!incident?.acknowledged) return refused('healthy', `${device.device.label} is not acknowledged`);
      engine.updateIncident({ ...incident, acknowledged: null });
      engine.event('acknowledged', `${device.device.label}: acknowledgement taken back by ${by}`, id);
      return ok(`${device.device.label} is no longer acknowledged`);
    }),

  downtime: (engine, { device: id, by, reason, durationMs }) =>
    withDevice(engine, id, (device) => {
      engine.work.addDowntime({ device: id, by, reason, until: engine.now() + durationMs });
      const until = new Date(engine.now() + durationMs).toISOString();
      engine.event(
        'downtime',
        `${device.device.label}: downtime until ${until} by ${by}: ${reason || '(no reason)'}`,
        id,
      );
      return ok(`${device.device.label} is in downtime until ${until}`);
    }),

  'end-downtime': (engine, { device: id, by }) =>
    withDevice(engine, id, (device) => {
      const { label } = device.device;
      if (!device.downtime) return refused('healthy', `${label} is in no downtime`);
      engine.event('downtime', `${label}: downtime ended by ${by}: ${device.downtime.reason}`, id);
      engine.work.endDowntime(device, by);
      return ok(`the downtime of ${label} is over`);
    }),

  note: (engine, { device: id, by, text }) =>
    withDevice(engine, id, ({ device: { label } }) => {
      engine.event('note', `${label}: note by ${by}: ${text}`, id);
      return ok(`noted for ${label}`);
    }),

  reload: (engine, { by }) => engine.reread(by),

  pause: (engine, { device: id, by }) => engine.setPaused(id ?? null, by, true),
  resume: (engine, { device: id, by }) => engine.setPaused(id ?? null, by, false),
};

/** After these a gate may let pass what it has held. */
const OPENS: ReadonlySet<Action['type']> = new Set(['resume', 'unack', 'end-downtime']);

export async function act(engine: Engine, action: Action): Promise<ActionResult> {
  const result = await (HANDLERS[action.type] as Handler<Action>)(engine, action);
  if (result.ok && OPENS.has(action.type)) engine.remedies.askAgain();
  return result;
}

export function unknownDevice(id: string, known: Iterable<string>): ActionResult {
  const near = nearest(id, [...known]);
  return {
    ok: false,
    code: 'NH_UNKNOWN_DEVICE',
    message: `there is no device "${id}"${near ? `; did you mean "${near}"?` : ''}`,
  };
}

async function healByHand(
  engine: Engine,
  device: Monitored,
  by: string,
  force: readonly string[],
): Promise<ActionResult> {
  const { label } = device.device;
  if (force.length > 0)
    engine.notice(`${by} heals ${label} and overrides: ${force.join(', ')}`, 'warn', device.id);
  // An incident of a device that nothing can be done to would be an outage that never was.
  if (nextOf(engine, device).planned) engine.openByHand(device, by, force);
  if (!engine.incidentOf(device) && force.includes('healthy'))
    return refused('strategy', `${label} is not healed: no strategy matches this failure`);
  if (!engine.incidentOf(device))
    return refused('healthy', `${label} is not down (${device.state.reachability})`);
  const next = await engine.remedies.heal(device, { by, force });
  switch (next.kind) {
    case 'held':
      return refused(next.veto.gate, `${label} is not healed now (${next.veto.gate}): ${next.veto.veto}`);
    case 'needs-human':
      return next.heal === null
        ? refused(next.gate ?? 'strategy', `${label} is not healed: ${next.reason}`)
        : notHealed(`${label} is not healed: ${next.reason}`);
    case 'retry':
      return notHealed(`${label} is not healed: ${next.reason}`);
    case 'observed':
      return notHealed(`${label}: ${next.reason}`);
    case 'over':
      return next.outcome === 'healed'
        ? { ok: true, message: `${label} is healed: ${next.reason}`, ...(next.heal && { heal: next.heal }) }
        : notHealed(`${label}: ${next.reason}`);
  }
}

function withDevice(
  engine: Engine,
  id: string,
  run: (device: Monitored) => Promise<ActionResult> | ActionResult,
): Promise<ActionResult> | ActionResult {
  const device = engine.fleet.get(id);
  return device ? run(device) : unknownDevice(id, engine.fleet.ids());
}

/** What the next attempt would do; null where no strategy is for that. */
function nextOf(engine: Engine, device: Monitored): { incident: Incident; planned: Planned | null } {
  const incident = engine.incidentOf(device) ?? ifItFailed(device);
  const { config, strategies } = device;
  const nth = incident.attempts + 1;
  return { incident, planned: planAttempt(config, strategies, config.healPolicy, incident.failure, nth) };
}

/** What a dry run of a healthy device is about: the commonest failure there is. */
function ifItFailed(device: Monitored): Incident {
  const silent = { kind: 'timeout', probe: device.primaryProbe ?? 'icmp', message: 'no answer' } as const;
  return newIncident(EMPTY_JOURNAL, device.id, device.state.failure ?? silent, 0);
}

function ok(message: string): ActionResult {
  return { ok: true, message };
}

function notHealed(message: string): ActionResult {
  return { ok: false, code: 'NH_NOT_HEALED', message };
}

function refused(gate: string, message: string): ActionResult {
  return { ok: false, code: 'NH_NOT_ALLOWED', gate, message };
}
