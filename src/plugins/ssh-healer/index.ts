/**
 * Heals by SSH: the commands of a step, one after the other, on one checked and bounded connection; by exec, or typed into
 * the shell of a network device.
 */
import { cleanLines, type Device, definePlugin, type Healer } from 'netheal/plugin';
import { seconds } from './connect.ts';
import { diagnose } from './diagnose.ts';
import { riskOf } from './risk.ts';
import { substitute } from './shell-words.ts';
import { type Command, type SshSpec, sshShellSpec, sshSpec } from './spec.ts';
import { runStep } from './step.ts';

export default definePlugin({
  name: 'ssh-healer',
  apiVersion: 1,
  apply(api) {
    const shared = {
      needsSsh: true,
      describe: (spec: SshSpec, target: Device) => [
        ...(spec.config ? ['in configuration mode:'] : []),
        ...spec.commands.flatMap((command) => describe(command, target)),
      ],
      risk: riskOf,
      diagnose,
    };
    const byChoice: Healer<SshSpec> = {
      ...shared,
      kind: 'ssh',
      spec: sshSpec,
      run: (request) => runStep(request, api.clock.monoMs, false),
    };
    const byShell: Healer<SshSpec> = {
      ...shared,
      kind: 'ssh-shell',
      spec: sshShellSpec,
      run: (request) => runStep(request, api.clock.monoMs, true),
    };
    api.healer(byChoice);
    api.healer(byShell);
  },
});

/** The exact text, then whatever is not as usual; a command of several lines keeps its lines. */
function describe(command: Command, target: Device): string[] {
  const answers = command.dialogues?.map(
    ({ prompt, answer, answerWith }) => `answers /${prompt}/ with ${answerWith ?? JSON.stringify(answer)}`,
  );
  const traits = [
    `at most ${seconds(command.timeoutMs)}`,
    command.expectDisconnect && 'the session may drop',
    command.continueOnError && 'goes on after a failure',
    ...(answers ?? []),
  ].filter(Boolean);
  const [first = '', ...more] = cleanLines(substitute(command.run, target));
  const lines = [`${command.sudo ? 'sudo: ' : ''}${first}`, ...more.map((line) => `  ${line}`)];
  return [...lines.slice(0, -1), `${lines.at(-1)}   (${traits.join(', ')})`];
}
