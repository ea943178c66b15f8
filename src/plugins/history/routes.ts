import { type PluginApi, z } from 'netheal/plugin';
import type { Answer, Ask, QuestionName } from './archive-questions.ts';
import { type ArchiveThread, MISSING } from './archive-thread.ts';

const DAY_MS = 86_400_000;
const MOST_POINTS = 2_000;
/** Ten years. */
const MOST_DAYS = 3_660;

const time = z.coerce.number().int().min(0).max(8.64e15);
const whole = (least: number, most: number, otherwise: number) =>
  z.coerce.number().int().min(least).max(most).default(otherwise);
const device = z.string().min(1).max(500);
const page = { limit: whole(1, 1_000, 100), offset: whole(0, 1e9, 0) };

/** What each question takes from the address, `now` filled in where it may be left out. */
const QUERIES: { [N in QuestionName]: (now: number) => z.ZodType<Ask<N>> } = {
  series: (now) =>
    z
      .strictObject({
        device,
        from: time.default(now - DAY_MS),
        to: time.default(now),
        points: whole(1, MOST_POINTS, 300),
      })
      .refine(({ from, to }) => from < to, FROM_BEFORE_TO),
  days: (now) =>
    z.strictObject({ device, days: whole(1, MOST_DAYS, 90) }).transform((asked) => ({ ...asked, now })),
  incidents: () =>
    z.strictObject({
      device: device.optional(),
      from: time.optional(),
      to: time.optional(),
      ...page,
    }) as never,
  heals: () => z.strictObject({ device: device.optional(), ...page }) as never,
  heal: () => z.strictObject({ id: z.string().min(1).max(200) }),
  events: () =>
    z.strictObject({
      device: device.optional(),
      before: time.optional(),
      limit: whole(1, 1_000, 100),
    }) as never,
  report: (now) =>
    z
      .strictObject({ from: time.default(now - 30 * DAY_MS), to: time.default(now) })
      .refine(({ from, to }) => from < to, FROM_BEFORE_TO),
};
const FROM_BEFORE_TO = { error: 'from must come before to', path: ['from'] };

/** The history for views: one route a question, `/api/plugins/history/<question>`. */
export function addRoutes(api: PluginApi, archive: ArchiveThread): void {
  for (const name of Object.keys(QUERIES) as QuestionName[]) {
    api.route('GET', name, (request) => answer(archive, name, request, api.clock.now()));
  }
}

async function answer<N extends QuestionName>(
  archive: ArchiveThread,
  name: N,
  request: Request,
  now: number,
): Promise<Response> {
  const { searchParams } = new URL(request.url);
  const twice = [...new Set(searchParams.keys())].filter((key) => searchParams.getAll(key).length > 1);
  const parsed = QUERIES[name](now).safeParse(Object.fromEntries(searchParams));
  if (!parsed.success || twice.length > 0) {
    const errors = parsed.success
      ? twice.map((path) => ({ path, message: 'given more than once' }))
      : parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
    return problem(400, 'Bad request', 'The query makes no sense.', { code: 'NH_ARGUMENT_INVALID', errors });
  }
  const found = await archive.ask(name, parsed.data);
  if (found === MISSING) return problem(503, 'Not ready', 'Nothing has been recorded yet.');
  if (found === null) return problem(404, 'Not found', 'The history does not know it.');
  return json(found);
}

function json(body: Answer<QuestionName>): Response {
  return Response.json(body, { headers: { 'cache-control': 'no-store' } });
}

function problem(status: number, title: string, detail: string, more: object = {}): Response {
  return new Response(JSON.stringify({ type: 'about:blank', title, status, detail, ...more }), {
    status,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
  });
}
