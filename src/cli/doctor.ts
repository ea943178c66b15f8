import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { ResolvedConfig } from '../core/config/types.ts';
import { holderOf } from '../core/engine/lock.ts';
import { messageOf, NethealError } from '../core/errors.ts';
import { EXIT, find, type GlobalOptions, load, print } from './context.ts';
import { capabilityFinding, logFinding, nearestThere, unitFinding } from './doctor-service.ts';
import type { Finding } from './finding.ts';
import { checkOnce, openTool, pick, type Tool } from './tool.ts';

const LOGIN_TIMEOUT_MS = 15_000;

/** `netheal doctor`: looks at everything that healing and monitoring rest on; runs no command anywhere. */
export async function doctor(ids: readonly string[], options: GlobalOptions): Promise<number> {
  const findings: Finding[] = [];
  const tell = (finding: Finding) => {
    findings.push(finding);
    if (options.json) print(JSON.stringify(finding));
    else if (!options.quiet || finding.ok !== true) show(finding);
  };
  tell(nodeVersion());
  tell(terminal());
  tell(clock());
  tell(unitFinding('/'));
  const capability = existsSync('/proc/self/status')
    ? capabilityFinding(readFileSync('/proc/self/status', 'utf8'))
    : null;
  if (capability) tell(capability);
  const file = await find(options);
  if (file === null) {
    tell({
      ok: false,
      what: 'config',
      said: 'none was found',
      mend: '`netheal init` writes one here; `netheal demo` needs none',
    });
    return EXIT.failed;
  }
  const config = await load(options);
  tell({ ok: true, what: 'config', said: `${file}: ${config.devices.length} device(s)` });
  for (const said of config.warnings) tell({ ok: 'warn', what: 'config', said });
  tell(stateDir(config));
  tell(logFinding(config, '/'));
  tell(await dashboardPort(config));

  const tool = await openTool(config);
  try {
    for (const finding of engines(tool)) tell(finding);
    const devices = pick(tool.devices, ids);
    const loggedInTo = targetsOfHeals(tool.devices);
    for (const device of devices) {
      const outcome = await checkOnce(tool, device);
      const said =
        outcome.verdict === 'ok'
          ? 'answers'
          : outcome.verdict === 'failed'
            ? outcome.failure.message
            : outcome.reason;
      tell({ ok: outcome.verdict === 'ok' ? true : 'warn', what: `${device.id}: probes`, said });
      const found = await login(tool, device);
      const isNeeded = found.ok !== false || loggedInTo.has(device.id);
      tell(isNeeded ? found : { ...found, ok: 'warn', said: `${found.said}; no heal logs in to it` });
    }
  } finally {
    await tool.done();
  }
  return findings.every(({ ok }) => ok !== false) ? EXIT.ok : EXIT.failed;
}

function show({ ok, what, said, mend }: Finding): void {
  print(`${ok === true ? '●' : ok === 'warn' ? '!' : '✖'} ${what}: ${said}`);
  if (mend && ok !== true) print(`    ${mend}`);
}

function nodeVersion(): Finding {
  return { ok: true, what: 'node', said: process.versions.node };
}

function terminal(): Finding {
  if (!process.stdout.isTTY)
    return { ok: true, what: 'terminal', said: 'not a terminal: lines instead of a screen' };
  const { columns, rows } = process.stdout;
  const { TERM = '(not set)' } = process.env;
  if (TERM === 'dumb')
    return {
      ok: 'warn',
      what: 'terminal',
      said: 'TERM=dumb: lines instead of a screen',
      mend: 'set TERM, e.g. TERM=xterm-256color',
    };
  return { ok: true, what: 'terminal', said: `${TERM}, ${columns}x${rows}` };
}

/** A clock far off makes logs and downtimes wrong; whether it is, only its year can tell without asking anybody. */
function clock(): Finding {
  const now = new Date();
  const sane = now.getFullYear() >= 2026;
  return {
    ok: sane,
    what: 'clock',
    said: `${now.toISOString()} (${Intl.DateTimeFormat().resolvedOptions().timeZone})`,
    mend: 'set the clock, e.g. timedatectl set-ntp true',
  };
}

function stateDir({ stateDir }: ResolvedConfig): Finding {
  const what = 'state directory';
  try {
    // Only looked at: made here by another user (sudo), it would be closed to the daemon.
    const there = nearestThere(stateDir);
    if (!statSync(there).isDirectory()) throw new Error(`${there} is not a folder`);
    accessSync(there, constants.W_OK | constants.X_OK);
    if (there !== stateDir) return { ok: true, what, said: `${stateDir}: will be made at the first start` };
  } catch (thrown) {
    return {
      ok: false,
      what,
      said: messageOf(thrown),
      mend: 'set stateDir to a folder that this user may write to',
    };
  }
  const holder = holderOf(join(stateDir, 'lock'));
  const inUse = holder === null ? 'no netheal runs on it' : `netheal runs on it as pid ${holder}`;
  if ((statSync(stateDir).mode & 0o022) !== 0) {
    return { ok: false, what, said: `${stateDir} may be changed by others`, mend: `chmod go-w ${stateDir}` };
  }
  return { ok: true, what, said: `${stateDir}: ${inUse}` };
}

async function dashboardPort(config: ResolvedConfig): Promise<Finding> {
  const what = 'dashboard';
  const plugin = config.plugins.find(({ name }) => name === 'dashboard');
  if (!plugin) return { ok: true, what, said: 'turned off' };
  const { host = '127.0.0.1', port = 5000 } = (plugin.options ?? {}) as { host?: string; port?: number };
  if (existsSync(join(config.stateDir, 'netheal.sock')) && holderOf(join(config.stateDir, 'lock')) !== null) {
    return { ok: true, what, said: `http://${host}:${port}/ (served by the running netheal)` };
  }
  const problem = await new Promise<string | null>((resolve) => {
    const server = createServer();
    server.once('error', (error) => resolve(error.message));
    server.listen(port, host, () => server.close(() => resolve(null)));
  });
  if (problem === null) return { ok: true, what, said: `${host}:${port} is free` };
  return { ok: false, what, said: problem, mend: 'set another plugins.dashboard.port, or dashboard: false' };
}

function engines({ assembly }: Tool): Finding[] {
  return assembly.registry.probes.all().flatMap(({ value }) => {
    const engine = value.engine?.();
    if (!engine) return [];
    return [
      {
        ok: engine.name === 'tcp' || engine.mend !== undefined ? ('warn' as const) : true,
        what: `${value.type} engine`,
        said: `${engine.name}: ${engine.reason}`,
        mend: engine.mend,
      },
    ];
  });
}

/** Devices that some heal logs in to; `defaults` may give access to all the others too. */
function targetsOfHeals(devices: Tool['devices']): ReadonlySet<string> {
  const targets = new Set<string>();
  for (const { id, strategies } of devices)
    for (const { healer, on } of strategies.flatMap(({ steps }) => steps))
      if (healer.needsSsh) targets.add(on?.id ?? id);
  return targets;
}

async function login({ assembly }: Tool, device: Tool['devices'][number]): Promise<Finding> {
  const what = `${device.id}: login`;
  const { ssh } = device.config;
  if (!ssh) {
    const heals = device.strategies.some(({ steps }) =>
      steps.some(({ healer, on }) => healer.needsSsh && (on === null || on.id === device.id)),
    );
    if (!heals) return { ok: true, what, said: 'none configured: it is watched and not healed over SSH' };
    return {
      ok: false,
      what,
      said: 'its heal steps need SSH, but it has no access',
      mend: 'add an `ssh` section',
    };
  }
  const healer = assembly.registry.healers.all().find(({ value }) => value.diagnose)?.value;
  if (!healer?.diagnose) return { ok: 'warn', what, said: 'no plugin can try it' };
  try {
    const { ok, lines } = await healer.diagnose(ssh, AbortSignal.timeout(LOGIN_TIMEOUT_MS));
    // Where it went wrong comes last, after what went well.
    const before = lines.slice(0, -1).join('\n    ');
    return {
      ok,
      what,
      said: (ok ? lines.map((line) => line.trim()).join('; ') : lines.at(-1)) ?? 'no answer',
      ...(before && { mend: before }),
    };
  } catch (thrown) {
    if (thrown instanceof NethealError)
      return { ok: false, what, said: thrown.message, ...(thrown.mend && { mend: thrown.mend }) };
    throw thrown;
  }
}
