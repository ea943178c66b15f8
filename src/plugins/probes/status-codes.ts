import { z } from 'netheal/plugin';

const ONE = z.int().min(100).max(599);
const SOME = z
  .string()
  .regex(/^(?:[1-5]xx|[1-5]\d\d|[1-5]\d\d-[1-5]\d\d)$/, 'is no status; write it like 200, 2xx or 200-299');
const EITHER = z.union([ONE, SOME]);

/** The option `expectStatus`: 200, "2xx", "200-299", or a list of them. */
export const expectStatus = z
  .union([EITHER, z.array(EITHER).min(1)])
  .default('2xx')
  .describe('A status, 2xx, 200-299, or a list of them.');
type Expected = z.output<typeof expectStatus>;

/** Is the status one of those? */
export function isExpectedStatus(status: number, expected: Expected): boolean {
  return [expected].flat().some((one) => {
    const [first = '', last = first] = String(one).split('-');
    return status >= Number(first.replace('xx', '00')) && status <= Number(last.replace('xx', '99'));
  });
}

/** The wanted ones in words. */
export function expectedStatuses(expected: Expected): string {
  return [expected].flat().join(' or ');
}
