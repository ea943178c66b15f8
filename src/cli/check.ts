import { EXIT, type GlobalOptions, load, print } from './context.ts';
import { checkOnce, openTool, pick } from './tool.ts';

/** `netheal check [DEVICE...]`: one check each, now. Exit 0 where all are up. */
export async function check(ids: readonly string[], options: GlobalOptions): Promise<number> {
  const tool = await openTool(await load(options));
  try {
    const devices = pick(tool.devices, ids);
    const checked = await Promise.all(
      devices.map(async (device) => ({ device, outcome: await checkOnce(tool, device) })),
    );
    for (const { device, outcome } of checked) {
      const { id, label, address } = device.device;
      if (options.json) {
        const probes = device.probes.map(({ name }, index) => ({ name, result: device.lastResults[index] }));
        print(JSON.stringify({ id, label, address, verdict: outcome.verdict, probes }));
      } else if (!options.quiet || outcome.verdict !== 'ok') {
        print(line(label, address, outcome));
      }
    }
    return checked.every(({ outcome }) => outcome.verdict === 'ok') ? EXIT.ok : EXIT.failed;
  } finally {
    await tool.done();
  }
}

function line(label: string, address: string, outcome: Awaited<ReturnType<typeof checkOnce>>): string {
  const who = `${label} (${address})`;
  switch (outcome.verdict) {
    case 'ok':
      return `● ${who} is up${outcome.rttMs === null ? '' : `, ${outcome.rttMs.toFixed(1)} ms`}`;
    case 'failed':
      return `✖ ${who} is down: ${outcome.failure.probe}: ${outcome.failure.message}`;
    case 'unknown':
      return `? ${who} could not be checked: ${outcome.reason}`;
  }
}
