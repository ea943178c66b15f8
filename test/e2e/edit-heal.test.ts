import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { connectSource } from '../../src/core/api/client.ts';
import { netheal as runTool } from '../cli/netheal.ts';
import { Patient } from './patient.ts';
import { runNetheal } from './run-netheal.ts';

it('what a person has made of a heal that waits is what runs on the device, after a yes to exactly that', async () => {
  const patient = await Patient.start();
  const netheal = await runNetheal({
    monitoring: { interval: '200ms', timeout: '200ms', retryInterval: '50ms', witnesses: [] },
    healing: { settle: '0s', verifyWindow: '1s', approval: 'ask' },
    devices: [patient.config('a', { label: 'Attic', heal: ['first', 'second'] })],
    plugins: { dashboard: false, 'csv-logger': false },
  });
  await netheal.waitFor('the start', ({ type }) => type === 'monitor-started');
  const source = await connectSource(join(netheal.dir, 'state/netheal.sock'));
  const waiting = () => source.snapshot().heals.find(({ phase }) => phase === 'waiting-approval');
  patient.well = false;
  await vi.waitFor(() => expect(waiting()).toBeDefined(), { timeout: 45_000 });
  const { id: heal, plan } = waiting()!;
  expect(plan).toMatchObject({
    risk: 'medium',
    steps: [{ lines: [expect.stringMatching(/^first /), expect.stringMatching(/^second /)] }],
  });

  const [first] = plan.steps[0]!.lines;
  const by = 'ada';
  const edited = await source.act({ type: 'edit', heal, hash: plan.hash, by, steps: [[first!, 'reboot']] });
  expect(edited).toMatchObject({ ok: true, plan: { risk: 'high' } });
  const { hash } = (edited as { plan: typeof plan }).plan;
  expect(await source.act({ type: 'approve', heal, hash: plan.hash, by })).toMatchObject({ ok: false });
  // Who has only its number may have read it before it was edited.
  const blind = await runTool(netheal.dir, '-c', 'netheal.yaml', 'approve', heal, '--label', 'Attic');
  expect(blind).toMatchObject({ code: 3, stderr: expect.stringContaining(`edited by ada: if these are`) });
  expect(blind.stderr).toContain(`--hash ${hash}`);
  // It has become grave: the label has to be typed.
  expect(await source.act({ type: 'approve', heal, hash, by })).toMatchObject({ ok: false });
  expect(patient.connections).toBe(0);
  expect(await source.act({ type: 'approve', heal, hash, by, typedLabel: 'Attic' })).toMatchObject({
    ok: true,
  });
  await netheal.waitFor('its end', ({ type, outcome }) => type === 'heal-finished' && outcome === 'healed');
  expect(patient.commands).toEqual(['first', 'reboot']);

  // By hand, through the daemon: the whole transcript is printed, to its last line.
  const byHand = await runTool(
    netheal.dir,
    '-c',
    'netheal.yaml',
    'heal',
    'a',
    '--force',
    'healthy,approval,cooling-down',
  );
  expect(byHand.stdout).toMatch(/^\$ second$[\s\S]*^= healed: verified by good checks in a row$/m);
  expect(patient.commands).toEqual(['first', 'reboot', 'first', 'second']);

  await source.close();
  expect(await netheal.stop()).toBe(0);
  await patient.close();
});
