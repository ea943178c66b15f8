import { isIPv6 } from 'node:net';
import { type Device, fillVariables, Secret, templateText, z } from 'netheal/plugin';
import { certDaysLeft } from './certificate.ts';
import { pattern } from './pattern.ts';
import { expectStatus } from './status-codes.ts';
import { ca, minVersion } from './trust.ts';

const SOMEBODY: Device = {
  id: 'x',
  label: 'x',
  address: '192.0.2.1',
  group: '',
  tags: {},
  parents: [],
};

const headerName = z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'is no name of a header');
const secretOrText = z.union([z.string(), z.instanceof(Secret)]);
const headerValue = secretOrText.refine(
  (value) => /^[\t\x20-\x7e\x80-\xff]*$/.test(reveal(value)),
  'holds characters that a header cannot hold',
);
const url = templateText.superRefine((text, context) => {
  const parsed = URL.parse(urlFor(text, SOMEBODY));
  if (!parsed || !/^https?:$/.test(parsed.protocol))
    context.addIssue({ code: 'custom', message: 'is no URL; write it like http://10.0.0.1/health' });
  else if (parsed.username || parsed.password)
    context.addIssue({ code: 'custom', message: 'holds a login; put it into `username` and `password`' });
});

/** The options of the probe `http`. */
export const HTTP_OPTIONS = z
  .strictObject({
    url: url.describe('http:// or https:// URL; may hold {{ip}}, {{id}} and {{label}}.'),
    method: z
      .enum(['GET', 'HEAD', 'POST', 'PUT', 'OPTIONS'])
      .default('GET')
      .describe('The method of the request.'),
    headers: z
      .record(headerName, headerValue)
      .default({})
      .describe('Sent along, to the origin of `url` only.'),
    body: z.string().max(100_000).optional().describe('Sent along with POST and PUT.'),
    username: z.string().min(1).max(200).optional().describe('Basic authentication, with `password`.'),
    password: secretOrText.optional().describe('Basic authentication, with `username`; a secret.'),
    token: headerValue.optional().describe('Bearer token; a secret.'),
    expectStatus,
    expectBody: pattern.optional().describe('Text, or /regex/, that the body must contain.'),
    expectHeader: z
      .record(headerName, pattern)
      .default({})
      .describe('Header of the answer -> text, or /regex/, that it must contain.'),
    maxBody: z
      .int()
      .min(1)
      .max(1_048_576)
      .default(65_536)
      .describe('Bytes of the body that are read; the rest is not.'),
    follow: z.boolean().default(false).describe('Follows up to five redirects.'),
    servername: z
      .string()
      .min(1)
      .max(253)
      .optional()
      .describe(
        'The name to ask for in TLS, which the certificate must be for. Default: the one in the URL.',
      ),
    certDaysLeft,
    ca,
    minVersion,
    insecure: z.boolean().default(false).describe('Takes any certificate.'),
  })
  .refine((options) => options.body === undefined || ['POST', 'PUT'].includes(options.method), {
    path: ['body'],
    message: 'is only sent with POST and PUT',
  })
  .refine((options) => (options.username === undefined) === (options.password === undefined), {
    path: ['username'],
    message: 'belongs together with password: give both',
  })
  .refine((options) => options.token === undefined || options.username === undefined, {
    path: ['token'],
    message: 'is another way to log in than username: give one of them',
  });
export type HttpOptions = z.output<typeof HTTP_OPTIONS>;

/** The URL for a device; an IPv6 address gets its brackets. */
export function urlFor(text: string, device: Device): string {
  return fillVariables(text, device, (value) => (isIPv6(value) ? `[${value}]` : encodeURIComponent(value)));
}

/** Host and path, for the name of the probe; the query may hold what nobody needs to see. */
export function urlName(text: string): string {
  const shown = text.replace(/\{\{\s*(\w+)\s*\}\}/g, '$1');
  const { host, pathname } = new URL(shown);
  return `http:${host}${pathname}`;
}

/** Everything that is sent in the head, secrets revealed. */
export function headersOf({ headers, username, password, token }: HttpOptions): Record<string, string> {
  const sent = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), reveal(value)]),
  );
  if (token !== undefined) sent.authorization = `Bearer ${reveal(token)}`;
  if (username !== undefined && password !== undefined)
    sent.authorization = `Basic ${Buffer.from(`${username}:${reveal(password)}`).toString('base64')}`;
  return sent;
}

function reveal(value: string | Secret): string {
  return value instanceof Secret ? value.reveal() : value;
}
