/** Heals by SSH: the commands of a step, one after the other, on one checked and bounded connection. */
import { cleanLines, type Device, definePlugin, type Healer } from 'netheal/plugin';
import { seconds } from './connect.ts';
import { diagnose } from './diagnose.ts';
import { riskOf } from './risk.ts';
import { type Command, type SshSpec, sshSpec } from './spec.ts';
import { runStep } from './step.ts';
import { substitute } from './variables.ts';

export default definePlugin({
  name: 'ssh-healer',
  apiVersion: 1,
  apply(api) {
    const healer: Healer<SshSpec> = {
      kind: 'ssh',
      spec: sshSpec,
      needsSsh: true,
      describe: (spec, target) => spec.commands.flatMap((command) => describe(command, target)),
      risk: riskOf,
      run: (request) => runStep(request, api.clock.monoMs),
      diagnose,
    };
    api.healer(healer);
  },
});

/** The exact text, then whatever is not as usual; a command of several lines keeps its lines. */
function describe(command: Command, target: Device): string[] {
  const traits = [
    `at most ${seconds(command.timeoutMs)}`,
    command.expectDisconnect && 'the session may drop',
    command.continueOnError && 'goes on after a failure',
  ].filter(Boolean);
  const [first = '', ...more] = cleanLines(substitute(command.run, target));
  const lines = [`${command.sudo ? 'sudo: ' : ''}${first}`, ...more.map((line) => `  ${line}`)];
  return [...lines.slice(0, -1), `${lines.at(-1)}   (${traits.join(', ')})`];
}
