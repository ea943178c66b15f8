import { z } from 'zod';
import { parseDuration } from '../duration.ts';
import { nearest } from '../nearest.ts';
import { isAddress } from './address.ts';
import { dialectSchema } from './dialect.ts';

/**
 * The contract: everything that a config may say. The one source of types, checks and the JSON Schema.
 * Strict everywhere, so that a mistyped key is found and not ignored.
 */

const duration = z
  .string({
    error: ({ input }) =>
      typeof input !== 'number'
        ? undefined
        : input < 0
          ? `${input} is no duration: it cannot be negative`
          : `${input} has no unit, write "${input}s" (or ms, m, h, d)`,
  })
  .transform((text, context) => {
    const ms = parseDuration(text);
    if (ms !== null) return ms;
    context.addIssue({
      code: 'custom',
      message: `"${text}" is no duration; write it like 500ms, 30s, 5m or 1h30m`,
    });
    return z.NEVER;
  });
/** Timers of the platform reach 24.8 days. */
const LONGEST_MS = 20 * 86_400_000;
const positive = duration
  .refine((ms) => ms > 0, { error: 'must be longer than 0' })
  .refine((ms) => ms <= LONGEST_MS, { error: 'is too long, at most 20d' });

const percent = z
  .union(
    [
      z.number(),
      z.string().regex(/^\d+(\.\d+)?\s*%?$/, {
        error: ({ input }) => `${JSON.stringify(input)} is no percentage; write it like 30%`,
      }),
    ],
    { error: 'is no percentage; write it like 30%' },
  )
  .transform((value) => (typeof value === 'number' ? value : Number.parseFloat(value)))
  .refine((value) => value >= 0 && value <= 100, { error: 'must be between 0% and 100%' });

const address = z.string().refine(isAddress, {
  error: ({ input }) => {
    const why = /(^|\.)0\d/.test(String(input)) ? ' (no part of an IPv4 address may begin with 0)' : '';
    return `${JSON.stringify(input)} is not an IPv4 address, IPv6 address or host name${why}`;
  },
});
const port = z.int().min(1).max(65_535);
const id = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, {
  error: ({ input }) =>
    `${JSON.stringify(input)} cannot be an id: letters, digits, dots and dashes, beginning with a letter or digit`,
});
const words = z.string().min(1);
/** A kind of failure, `probe:NAME` or `exit:CODE`. */
const FAILURES = ['timeout', 'host-unreachable', 'refused', 'dns', 'failed', 'loss', 'rtt'] as const;
const failure = z
  .string()
  .refine((text) => /^(probe:.+|exit:\d+)$/.test(text) || FAILURES.some((kind) => kind === text), {
    error: ({ input }) => {
      const near = nearest(String(input), FAILURES);
      return `${JSON.stringify(input)} is no kind of failure${near ? `, did you mean "${near}"?` : `; there are: ${FAILURES.join(', ')}, probe:NAME, exit:CODE`}`;
    },
  });
const approval = z.enum(['auto', 'ask', 'never']);
const tagsAsked = z
  .record(z.string(), z.string())
  .refine((tags) => Object.keys(tags).length > 0, { error: 'needs at least one tag' });

export const secret = z.union(
  [
    z.string(),
    z.strictObject({ env: words }),
    z.strictObject({ file: words }),
    z.strictObject({ command: z.array(words).min(1) }),
  ],
  { error: 'must be text in quotes, or { env: NAME }, { file: PATH } or { command: [PROGRAM, ...] }' },
);

const checkKeys = {
  interval: positive.optional(),
  timeout: positive.optional(),
  failureThreshold: z.int().min(1).max(100).optional(),
  successThreshold: z.int().min(1).max(100).optional(),
  retryInterval: positive.optional(),
  packets: z.int().min(1).max(20).optional(),
  degraded: z
    .strictObject({
      lossPercent: z.number().gt(0).max(100).optional(),
      rttMs: z.number().gt(0).optional(),
    })
    .optional(),
};

const healKeys = {
  enabled: z.boolean().optional(),
  maxAttempts: z.int().min(1).max(20).optional(),
  waitBetweenAttempts: duration.optional(),
  settle: duration.optional(),
  verifyWindow: positive.optional(),
  minHealthyPeriod: duration.optional(),
  approval: approval.optional(),
};

const oneOrMore = <T extends z.ZodType>(item: T) => z.union([item, z.array(item).min(1)]);

/** A step: one key names its kind; `on` and `timeout` are the core's, the rest is its healer's business. */
const step = z.looseObject({ on: words.optional(), timeout: positive.optional() });

const strategy = z.strictObject({
  name: words.optional(),
  when: z
    .strictObject({
      attempt: oneOrMore(z.int().min(1)).optional(),
      failure: oneOrMore(failure).optional(),
      tags: z.record(z.string(), z.string()).optional(),
      dialect: oneOrMore(words).optional(),
      text: words.optional(),
    })
    .optional(),
  steps: z.array(step).min(1),
  settle: duration.optional(),
  risk: z.enum(['low', 'medium', 'high']).optional(),
  approval: approval.optional(),
});

const sshKeys = {
  host: address.optional(),
  port: port.optional(),
  username: words.optional(),
  password: secret.optional(),
  privateKey: words.optional(),
  passphrase: secret.optional(),
  agent: z.union([z.boolean(), words]).optional(),
  knownHosts: oneOrMore(words).optional(),
  hostKey: z
    .string()
    .refine(
      (text) => text === 'strict' || text === 'accept-new' || /^SHA256:[A-Za-z0-9+/]{43}=?$/.test(text),
      {
        error: ({ input }) =>
          `${JSON.stringify(input)} is neither strict, accept-new nor a fingerprint SHA256:... (43 characters)`,
      },
    )
    .optional(),
  dialect: words.optional(),
  enableSecret: secret.optional(),
  sudoPassword: secret.optional(),
  legacy: z.boolean().optional(),
  connectTimeout: positive.optional(),
};

/** A jump host that is no device of its own. */
const jump = z.strictObject({ ...sshKeys, host: address });
const ssh = z.strictObject({ ...sshKeys, via: z.array(z.union([words, jump])).optional() });

const probe = z.looseObject({ type: words, timeout: positive.optional() });

const sharedDeviceKeys = {
  ...checkKeys,
  group: words.optional(),
  tags: z.record(z.string(), z.string()).optional(),
  parents: z.array(words).optional(),
  icmp: z.boolean().optional(),
  probes: z.array(probe).optional(),
  ssh: ssh.optional(),
  heal: z.array(z.union([words, strategy])).optional(),
  healing: z.strictObject(healKeys).optional(),
};

/** One device, as a person writes it. */
export const deviceSchema = z.strictObject({
  id: id.optional(),
  label: words.optional(),
  ip: address.optional(),
  host: address.optional(),
  ...sharedDeviceKeys,
});

const downtime = z.strictObject({
  devices: z.array(words).optional(),
  groups: z.array(words).optional(),
  from: words.optional(),
  to: words.optional(),
  cron: words.optional(),
  duration: positive.optional(),
  flexible: z.boolean().optional(),
  reason: words.optional(),
});

export const configSchema = z.strictObject({
  $schema: z.string().optional(),
  stateDir: words.optional(),
  monitoring: z
    .strictObject({
      ...checkKeys,
      witnesses: z.array(address).optional(),
      engine: z.enum(['auto', 'icmp', 'fping', 'ping']).optional(),
    })
    .optional(),
  healing: z
    .strictObject({
      ...healKeys,
      mode: z.enum(['act', 'observe']).optional(),
      maxUnhealthy: percent.optional(),
      maxConcurrent: z.int().min(1).optional(),
      maxPerHour: z.int().min(1).optional(),
      approvalExpires: positive.optional(),
      approvalFor: z.array(z.strictObject({ tags: tagsAsked, approval })).optional(),
      strategies: z.array(strategy).optional(),
    })
    .optional(),
  defaults: z.strictObject(sharedDeviceKeys).optional(),
  devices: z.array(deviceSchema),
  downtimes: z.array(downtime).optional(),
  dialects: z
    .record(
      z.string().refine((name) => name !== 'auto', { error: '"auto" is no name for a dialect' }),
      dialectSchema,
    )
    .optional(),
  plugins: z.record(z.string(), z.unknown()).optional(),
});

export type ParsedConfig = z.output<typeof configSchema>;
export type ParsedDevice = ParsedConfig['devices'][number];
export type ParsedSsh = NonNullable<ParsedDevice['ssh']>;
export type ParsedJump = z.output<typeof jump>;
export type ParsedStrategy = z.output<typeof strategy>;

/** For editors: JSON Schema of what a person writes. */
export function configJsonSchema(): unknown {
  return z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' });
}
