import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { folder, ONE_DEVICE, start } from '../../cli/netheal.ts';
import { testNeeding } from '../../needs.ts';

const CONFIG = fileURLToPath(new URL('../../../config/', import.meta.url));
const RULES_TEST = fileURLToPath(new URL('../../config/prometheus-rules.yml', import.meta.url));
const README = fileURLToPath(new URL('../../../src/plugins/metrics/README.md', import.meta.url));
const run = promisify(execFile);
const withPromtool = testNeeding('promtool', 'prometheus');
const withPrometheus = testNeeding('prometheus', 'prometheus');

/** The real command with its dashboard on a free port; resolves with its address. */
async function daemon(dashboard: string): Promise<string> {
  const child = start(folder(ONE_DEVICE.replace('dashboard: false', `dashboard: ${dashboard}`)), ['run']);
  for await (const line of createInterface({ input: child.stdout! })) {
    const url = /dashboard is at (\S+)\//.exec(line)?.[1];
    if (url !== undefined) return url;
  }
  throw new Error('netheal run ended');
}

async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const seen = await look().catch(() => undefined);
    if (seen !== undefined) return seen;
    await sleep(50);
  }
}

/** Names of metrics in PromQL, without what a histogram adds to its own. */
function namesIn(text: string): string[] {
  return [...text.matchAll(/\bnetheal_[a-z_]+/g)].map(([name]) => name.replace(/_(bucket|sum|count)$/, ''));
}

const typesOf = (scrape: string) => [...scrape.matchAll(/^# TYPE (\S+)/gm)].map((match) => match[1]!);

describe('GET /metrics', () => {
  test('stands at the top, and where reading takes a token it takes one, too', async () => {
    const url = await daemon(
      '{ port: 0, behindProxy: true, tokens: [{ name: prom, token: test-token, role: view }] }',
    );
    expect((await fetch(`${url}/metrics`)).status).toBe(401);
    const answer = await fetch(`${url}/metrics`, { headers: { authorization: 'Bearer test-token' } });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(await answer.text()).toContain('netheal_build_info');
  });
});

describe('what is made for the metrics of a running netheal', () => {
  let url: string;
  let scrape: string;
  const endings: (() => void)[] = [];

  beforeAll(async () => {
    // Not `daemon`: it is to outlive each test.
    const dir = mkdtempSync(join(tmpdir(), 'netheal-prometheus-'));
    writeFileSync(join(dir, '.nethealrc'), ONE_DEVICE.replace('dashboard: false', 'dashboard: { port: 0 }'), {
      mode: 0o600,
    });
    const bin = fileURLToPath(new URL('../../../bin/netheal.js', import.meta.url));
    const child = spawn(process.execPath, [bin, 'run'], {
      cwd: dir,
      env: { HOME: dir, PATH: process.env.PATH },
    });
    endings.push(
      () => rmSync(dir, { recursive: true, force: true, maxRetries: 5 }),
      () => child.kill('SIGKILL'),
    );
    for await (const line of createInterface({ input: child.stdout })) {
      const found = /dashboard is at (\S+)\//.exec(line)?.[1];
      if (found === undefined) continue;
      url = found;
      break;
    }
    scrape = await until(async () => {
      const text = await (await fetch(`${url}/metrics`)).text();
      return text.includes('netheal_device_rtt_seconds{') ? text : undefined;
    });
  });
  afterAll(() => {
    for (const end of endings.reverse()) end();
  });

  test('README.md of the plugin names every metric, and none that is not there', () => {
    expect(new Set(namesIn(readFileSync(README, 'utf8')))).toEqual(new Set(typesOf(scrape)));
  });

  test.each(['grafana-dashboard.json', 'prometheus-rules.yml'])(
    'config/%s asks for nothing that is not there',
    (file) => {
      const asked = namesIn(readFileSync(join(CONFIG, file), 'utf8'));
      expect(asked.length).toBeGreaterThan(5);
      expect(typesOf(scrape)).toEqual(expect.arrayContaining(asked));
    },
  );

  test('the panels of the Grafana dashboard have ids and places of their own', () => {
    const { panels } = JSON.parse(readFileSync(join(CONFIG, 'grafana-dashboard.json'), 'utf8')) as {
      panels: { id: number; gridPos: { x: number; y: number; w: number } }[];
    };
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    expect(new Set(panels.map(({ gridPos }) => `${gridPos.x},${gridPos.y}`)).size).toBe(panels.length);
    for (const { gridPos } of panels) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
  });

  withPromtool(
    'devices are labelled by device and group alone, and promtool finds nothing to mend',
    async () => {
      const perDevice = scrape.split('\n').filter((line) => line.startsWith('netheal_device_'));
      expect(perDevice.length).toBeGreaterThan(2);
      for (const line of perDevice) expect(line).toMatch(/^\w+\{device="home",group="default"\} \S+$/);
      const lint = run('promtool', ['check', 'metrics']);
      lint.child.stdin!.end(scrape);
      expect(await lint).toMatchObject({ stdout: '', stderr: '' });
    },
  );

  withPromtool('every expression of the Grafana dashboard is PromQL', async () => {
    const { panels } = JSON.parse(readFileSync(join(CONFIG, 'grafana-dashboard.json'), 'utf8')) as {
      panels: { targets: { expr: string }[] }[];
    };
    const rules = panels
      .flatMap(({ targets }) => targets)
      .map(({ expr }, index) => ({
        record: `panel:${index}`,
        expr: expr.replaceAll('$__rate_interval', '1m'),
      }));
    const file = join(mkdtempSync(join(tmpdir(), 'netheal-grafana-')), 'rules.json');
    onTestFinished(() => rmSync(join(file, '..'), { recursive: true }));
    // JSON is YAML.
    writeFileSync(file, JSON.stringify({ groups: [{ name: 'panels', rules }] }));
    expect((await run('promtool', ['check', 'rules', file])).stdout).toContain(`${rules.length} rules found`);
  });

  withPromtool('the rules and the example of a scrape are what Prometheus takes', async () => {
    await run('promtool', ['check', 'config', join(CONFIG, 'prometheus.yml')]);
  });

  withPromtool('the rules raise their alerts, and only where they should', async () => {
    await run('promtool', ['test', 'rules', RULES_TEST]);
  });

  withPrometheus('a real Prometheus with the example config scrapes it and evaluates the rules', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'netheal-prometheus-'));
    const example = readFileSync(join(CONFIG, 'prometheus.yml'), 'utf8');
    writeFileSync(join(dir, 'prometheus-rules.yml'), readFileSync(join(CONFIG, 'prometheus-rules.yml')));
    writeFileSync(
      join(dir, 'prometheus.yml'),
      example
        .replace('127.0.0.1:5000', new URL(url).host)
        .replace('scrape_interval: 30s', 'scrape_interval: 1s'),
    );
    const port = await freePort();
    const prometheus = spawn(
      'prometheus',
      [
        `--config.file=${join(dir, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(dir, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      { stdio: 'ignore' },
    );
    onTestFinished(async () => {
      const gone = new Promise((resolve) => prometheus.once('exit', resolve));
      prometheus.kill('SIGKILL');
      await gone;
      rmSync(dir, { recursive: true, force: true });
    });
    const ask = async (path: string) =>
      (await (await fetch(`http://127.0.0.1:${port}/api/v1/${path}`)).json()).data;
    const up = await until(async () => (await ask('query?query=netheal_device_up')).result[0]);
    expect(up).toMatchObject({
      metric: { job: 'netheal', device: 'home', group: 'default' },
      value: [expect.anything(), '1'],
    });
    expect((await ask('targets')).activeTargets[0]).toMatchObject({ health: 'up', lastError: '' });
    const names = (await ask('rules')).groups.flatMap(({ rules }: { rules: { name: string }[] }) =>
      rules.map(({ name }) => name),
    );
    expect(names).toContain('NethealDeviceDown');
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
