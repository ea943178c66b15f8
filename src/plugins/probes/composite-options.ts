import { durationMs, messageOf, type PluginApi, type Probe, z } from 'netheal/plugin';

/** One of the probes inside, its options parsed by its own schema. */
export type Part = Readonly<{
  name: string;
  probe: Probe;
  options: unknown;
  /** Its own time, at most the whole's. */
  timeoutMs: number | undefined;
}>;

const MOST_PARTS = 16;
/** `all` of `any` of `all`: more is not understood any more, and not read when it runs in a circle. */
const MOST_DEPTH = 3;

const PART = z.looseObject({ type: z.string().min(1), timeout: durationMs.optional() });

/** The schema of `all` and `any`: the parts are looked up when a device's probes are parsed, all plugins being there. */
export function compositeOptions(probes: PluginApi['probes']) {
  return z.strictObject({
    name: z
      .string()
      .min(1)
      .max(100)
      .optional()
      .describe('What it is called. Default: the names of its parts.'),
    of: z
      .array(z.unknown())
      .min(1)
      .max(MOST_PARTS, { abort: true })
      .refine((parts) => !isDeeper(parts, MOST_DEPTH), `is nested more than ${MOST_DEPTH} deep`)
      .pipe(z.array(PART))
      .transform((parts, context) => parts.map((part, at) => preparePart(part, [at], probes, context)))
      .describe('The probes: `{ type, timeout?, ...its own options }`.'),
  });
}

function preparePart(
  { type, timeout, ...rest }: z.output<typeof PART>,
  path: (string | number)[],
  probes: PluginApi['probes'],
  context: z.RefinementCtx,
): Part {
  let probe: Probe;
  try {
    probe = probes.get(type);
  } catch (thrown) {
    context.addIssue({ code: 'custom', path: [...path, 'type'], message: messageOf(thrown) });
    return z.NEVER;
  }
  const parsed = probe.options.safeParse(rest);
  if (parsed.success)
    return { name: probe.name?.(parsed.data) ?? type, probe, options: parsed.data, timeoutMs: timeout };
  for (const issue of parsed.error.issues)
    context.issues.push({ ...issue, path: [...path, ...issue.path], input: rest } as never);
  return z.NEVER;
}

/** Do lists of `of` lie deeper in each other than that? Looks no deeper: a YAML may run in a circle. */
function isDeeper(parts: readonly unknown[], levels: number): boolean {
  if (levels === 0) return true;
  return parts.some((part) => {
    const inside = (part as { of?: unknown } | null)?.of;
    return Array.isArray(inside) && isDeeper(inside, levels - 1);
  });
}
