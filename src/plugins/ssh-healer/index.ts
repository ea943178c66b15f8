/**
 * Heals by SSH: the commands of a step, one after the other, on one checked and bounded connection; by exec, or typed into
 * the shell of a network device.
 */
import { definePlugin, type Healer } from 'netheal/plugin';
import { describeStep } from './describe.ts';
import { diagnose } from './diagnose.ts';
import { editStep } from './edit.ts';
import { riskOf } from './risk.ts';
import { type SshSpec, sshShellSpec, sshSpec } from './spec.ts';
import { runStep } from './step.ts';

export default definePlugin({
  name: 'ssh-healer',
  apiVersion: 1,
  apply(api) {
    const shared = {
      needsSsh: true,
      describe: describeStep,
      risk: riskOf,
      diagnose,
    };
    const byChoice: Healer<SshSpec> = {
      ...shared,
      kind: 'ssh',
      spec: sshSpec,
      edit: (step, target, lines) => editStep(step, target, lines, { kind: 'ssh', schema: sshSpec }),
      run: (request) => runStep(request, api.clock.monoMs, false),
    };
    const byShell: Healer<SshSpec> = {
      ...shared,
      kind: 'ssh-shell',
      spec: sshShellSpec,
      edit: (step, target, lines) =>
        editStep(step, target, lines, { kind: 'ssh-shell', schema: sshShellSpec }),
      run: (request) => runStep(request, api.clock.monoMs, true),
    };
    api.healer(byChoice);
    api.healer(byShell);
  },
});
