import { beforeEach, describe, expect, expectTypeOf, test } from 'vitest';
import type { z } from 'zod';
import type {
  changeRowSchema,
  problemSchema,
  statsRowSchema,
  statusRowSchema,
} from '../../../src/core/api/answer-schemas.ts';
import { type ApiParts, createApi, createApp } from '../../../src/core/api/app.ts';
import type { PluginRoute } from '../../../src/core/api/plugin-routes.ts';
import type { BodyError, ProblemDetails } from '../../../src/core/api/problem.ts';
import type { recentChanges, statsRow, statusRow } from '../../../src/core/api/seed-shapes.ts';
import type {
  ActionResult,
  DeviceView,
  HealView,
  MonitorView,
  PluginView,
  SampleView,
  Snapshot,
} from '../../../src/core/api/types.ts';
import type * as views from '../../../src/core/api/view-schemas.ts';
import type { HealPlan, Incident } from '../../../src/core/model/types.ts';
import type { EventRecord } from '../../../src/core/plugin.ts';
import { type Answer, clientOf, type Document, operationsOf } from './api-client.ts';
import {
  deviceView,
  type FakeSource,
  fakeSource,
  healPlan,
  healView,
  incident,
  snapshotWith,
  T0,
} from './fake-source.ts';

let source: FakeSource;
let parts: ApiParts;
let document: Document;
let client: ReturnType<typeof clientOf>;

const routes: PluginRoute[] = [
  { plugin: 'weather', method: 'GET', path: '/now', handler: () => new Response('sunny') },
];

beforeEach(async () => {
  source = fakeSource(everything());
  parts = { source, pluginRoutes: () => routes, ready: () => true };
  const api = createApi(parts);
  document = await (await api(new Request('http://localhost/api/openapi.json'))).json();
  client = clientOf(document, api);
});

/** A picture in which every optional field is there somewhere, and missing somewhere. */
function everything(): Snapshot {
  const failure = { kind: 'failed', probe: 'exec', message: 'exit 2', exitCode: 2 } as const;
  const acknowledged = { by: 'ada', reason: 'on it', at: T0, until: T0 + 1_000 };
  return snapshotWith({
    fleet: {
      total: 3,
      states: { down: 1, healing: 0, degraded: 0, unreachable: 1, unknown: 0, downtime: 0, up: 1 },
    },
    devices: [
      deviceView('core-gw', { tags: { site: 'a' } }),
      deviceView('sw-01', {
        reachability: 'down',
        rttMs: null,
        lastCheckAt: null,
        recent: [null, 2],
        failure,
        rootCause: 'core-gw',
        incident: 'inc-1',
        flags: { flapping: true, downtime: 'firmware', acknowledged, paused: true },
        healing: { phase: 'needs-human', attempts: 2, maxAttempts: 2, reason: 'attempts used up' },
        stats: { uptimePercent: null, averageRttMs: null, totalChecks: 0, onlineChecks: 0, since: T0 },
        probes: [{ name: 'exec', ok: null, rttMs: null, message: 'not yet' }],
        config: {
          intervalMs: 1,
          timeoutMs: 1,
          failureThreshold: 1,
          ssh: 'root@10.0.0.2:22',
          strategies: ['x'],
        },
      }),
    ],
    incidents: [
      incident('inc-1'),
      incident('inc-2', { failure, acknowledged, recoveredAt: T0, closedAt: T0, needsHuman: 'no strategy' }),
    ],
    heals: [
      healView('heal-1', {
        phase: 'waiting-approval',
        outcome: null,
        finishedAt: null,
        expiresAt: T0,
        reason: null,
      }),
      healView('heal-2', { editedBy: 'ada' }),
    ],
    events: [
      { seq: 1, at: new Date(T0).toISOString(), type: 'monitor-started', level: 'info', message: 'hello' },
      {
        seq: 2,
        at: new Date(T0).toISOString(),
        type: 'status-change',
        level: 'bad',
        message: 'down',
        device: 'sw-01',
        from: 'up',
        to: 'down',
        incident: 'inc-1',
        heal: 'heal-1',
        gate: 'flapping',
        outcome: 'refused',
        plugin: 'pinger',
      },
    ],
    plugins: [
      {
        name: 'pinger',
        state: 'ok',
        hooks: ['start'],
        calls: 1,
        errors: 0,
        timeouts: 0,
        p95Ms: 0.1,
        lastError: null,
      },
    ],
  });
}

const call = (id: string, given?: Parameters<(typeof client)[string]>[0]): Promise<Answer> =>
  client[id]!(given);
const device = { id: 'sw-01' };
const heal = { id: 'heal-1' };
const hash = 'a1b2c3d4e5f6';

/** One call of each operation that ends well. */
const GOOD: Readonly<Record<string, Parameters<(typeof client)[string]>[0]>> = {
  'get-status': { query: { state: 'down', limit: '5' } },
  'get-stats': {},
  'get-snapshot': {},
  'get-summary': {},
  'get-devices': { query: { problems: 'true', offset: '0' } },
  'get-devices-by-id': { path: device },
  'get-devices-samples': { path: device },
  'get-grid': {},
  'get-grid-names': {},
  'get-incidents': {},
  'get-heals': {},
  'get-heals-by-id': { path: heal },
  'get-events': { query: { lens: 'sw', device: 'sw-01' } },
  'get-plugins': {},
  'get-me': {},
  'get-openapi-json': {},
  'get-openapi-json-at-root': {},
  'get-healthz-at-root': {},
  'get-readyz-at-root': {},
  'post-devices-ping': { path: device, body: {} },
  'post-devices-heal': { path: device, body: { dryRun: true, by: 'ada', force: ['flapping'] } },
  'post-devices-ack': { path: device, body: { reason: 'on it', untilMs: 5 } },
  'post-devices-unack': { path: device, body: {} },
  'post-devices-downtime': { path: device, body: { durationMs: 60_000 } },
  'post-devices-end-downtime': { path: device, body: {} },
  'post-devices-note': { path: device, body: { text: 'a new fan' } },
  'post-devices-pause': { path: device, body: {} },
  'post-devices-resume': { path: device, body: {} },
  'post-heals-approve': { path: heal, body: { hash, typedLabel: 'Switch' } },
  'post-heals-reject': { path: heal, body: {} },
  'post-heals-edit': { path: heal, body: { hash, steps: [['show version']] } },
  'post-reload': { body: {} },
  'post-pause': { body: { by: 'ada' } },
  'post-resume': {},
};

test('every route of the app is in the document, and the other way round', () => {
  const inApp = createApp(parts)
    .routes.filter(({ method }) => method !== 'ALL')
    .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`);
  const inDocument = operationsOf(document).map(({ method, path }) => `${method.toUpperCase()} ${path}`);
  expect(inDocument.sort()).toEqual([...inApp, 'GET /api/plugins/weather/now'].sort());
});

test('every operation has a name of its own, a summary, and the role it needs', () => {
  const operations = operationsOf(document);
  expect(new Set(operations.map(({ operation }) => operation.operationId)).size).toBe(operations.length);
  const needed = Object.fromEntries(
    operations.map(({ operation }) => [operation.operationId, operation['x-netheal-role'] ?? null]),
  );
  expect(needed).toMatchObject({
    'get-status': 'view',
    'get-healthz-at-root': null,
    'post-devices-heal': 'operate',
    'post-heals-approve': 'approve',
    'post-heals-edit': 'approve',
    'post-heals-reject': 'approve',
  });
});

describe('a client made of the document', () => {
  test('gets a documented answer from every route', async () => {
    const gates = [{ gate: 'flapping', ok: false, reason: 'it flaps' }];
    source.answer = () => ({ ok: true, message: 'done', heal: 'heal-9', plan: healPlan(), gates });
    const own = Object.keys(client).filter((id) => !id.startsWith('get-plugins-'));
    expect(own.sort()).toEqual(Object.keys(GOOD).sort());
    for (const id of own) expect((await call(id, GOOD[id])).status, id).toBe(200);
    expect(source.acted).toHaveLength(15);
  });

  test('gets documented refusals', async () => {
    expect((await call('get-status', { query: { limit: 'x' } })).status).toBe(400);
    expect((await call('get-devices-by-id', { path: { id: 'none' } })).status).toBe(404);
    expect((await call('get-heals-by-id', { path: { id: 'none' } })).status).toBe(404);
    expect((await call('post-devices-ping', { path: { id: 'none' } })).status).toBe(404);
    expect((await call('post-devices-note', { path: device, body: { text: '' } })).status).toBe(400);
    source.answer = () => ({ ok: false, code: 'NH_NOT_ALLOWED', message: 'it flaps', gate: 'flapping' });
    expect((await call('post-devices-heal', { path: device })).status).toBe(409);
    source.answer = () => ({ ok: false, code: 'NH_NO_DAEMON', message: 'gone' });
    expect((await call('post-pause')).status).toBe(503);
  });

  test('would notice a field that is not documented', async () => {
    source.patch('sw-01', { surprise: 1 } as object);
    await expect(call('get-devices-by-id', { path: device })).rejects.toThrow('not as documented');
  });

  test('would notice a field that is missing', async () => {
    source.patch('sw-01', { label: undefined } as object);
    await expect(call('get-devices-by-id', { path: device })).rejects.toThrow('label');
  });
});

type Plain<T> = T extends readonly (infer I)[]
  ? Plain<I>[]
  : T extends object
    ? { -readonly [K in keyof T]: Plain<T[K]> }
    : T;
type Output<S extends z.ZodType> = Plain<z.output<S>>;

test('the schemas are the types that the views use', () => {
  expectTypeOf<Output<typeof views.deviceSchema>>().toEqualTypeOf<Plain<DeviceView>>();
  expectTypeOf<Output<typeof views.healSchema>>().toEqualTypeOf<Plain<HealView>>();
  expectTypeOf<Output<typeof views.planSchema>>().toEqualTypeOf<Plain<HealPlan>>();
  expectTypeOf<Output<typeof views.incidentSchema>>().toEqualTypeOf<Plain<Incident>>();
  expectTypeOf<Output<typeof views.eventSchema>>().toEqualTypeOf<Plain<EventRecord>>();
  expectTypeOf<Output<typeof views.monitorSchema>>().toEqualTypeOf<Plain<MonitorView>>();
  expectTypeOf<Output<typeof views.pluginSchema>>().toEqualTypeOf<Plain<PluginView>>();
  expectTypeOf<Output<typeof views.sampleSchema>>().toEqualTypeOf<Plain<SampleView>>();
  expectTypeOf<Output<typeof views.snapshotSchema>>().toEqualTypeOf<Plain<Snapshot>>();
  expectTypeOf<Output<typeof views.doneSchema>>().toEqualTypeOf<Plain<Extract<ActionResult, { ok: true }>>>();
  expectTypeOf<Output<typeof statusRowSchema>>().toEqualTypeOf<Plain<ReturnType<typeof statusRow>>>();
  expectTypeOf<Output<typeof statsRowSchema>>().toEqualTypeOf<Plain<ReturnType<typeof statsRow>>>();
  expectTypeOf<Output<typeof changeRowSchema>>().toEqualTypeOf<
    Plain<ReturnType<typeof recentChanges>[number]>
  >();
  expectTypeOf<Output<typeof problemSchema>>().toEqualTypeOf<
    Plain<ProblemDetails & { type: string; title: string; status: number; errors?: readonly BodyError[] }>
  >();
});
