import { execFile } from 'node:child_process';

const OLDEST_MAJOR = 5;
const DEADLINE_MS = 1_000;

/**
 * Why the installed fping cannot be used, if it cannot. Before 5.0 it says nothing about a packet that was lost, and no
 * version says anything about one that could not be sent: a dead device would look like our own fault for ever.
 */
export function refusalOfFping(): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = execFile(
      'fping',
      ['-v'],
      { timeout: DEADLINE_MS, killSignal: 'SIGKILL' },
      // A child that does not start or end says so again when it is asked to ping, with its reason.
      (_error, stdout) => resolve(refusalOf(String(stdout))),
    );
    child.on('error', () => resolve(undefined));
    child.stdin?.on('error', () => undefined).end();
  });
}

/** Reads what `fping -v` printed. An unknown version gets the benefit of the doubt. */
export function refusalOf(output: string): string | undefined {
  const [, version, major] = /\bVersion ((\d{1,3})[.\w]{0,20})/.exec(output) ?? [];
  if (version === undefined || Number(major) >= OLDEST_MAJOR) return undefined;
  return `fping ${version} does not tell which packets were lost; 5.0 or newer is needed`;
}
