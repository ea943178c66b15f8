import type { SshAccess } from 'netheal/plugin';
import { allDialects, type CompiledDialect, dialectNamed } from './compiled-dialect.ts';
import { Prompts } from './prompts.ts';

/** Devices whose identification string gives them away and whose language is not spoken here. */
const STRANGERS: readonly Readonly<{ software: RegExp; name: string }>[] = [
  { software: /^cisco-2\./i, name: 'Cisco IOS XR' },
  { software: /^cisco/i, name: 'a Cisco device' },
  { software: /^Comware/i, name: 'an HPE or H3C Comware switch' },
  { software: /^HUAWEI/i, name: 'a Huawei device' },
  { software: /^Mocana/i, name: 'an HP ProCurve switch' },
  { software: /^RomSShell/i, name: 'a switch with RomSShell' },
  { software: /^NetScreen/i, name: 'a Juniper NetScreen' },
  { software: /^FortiSSH/i, name: 'a Fortinet device' },
  { software: /^(?:Foundry|Brocade)/i, name: 'a Brocade switch' },
  { software: /^Zyxel/i, name: 'a Zyxel device' },
  { software: /^(?:ZTE|IPSSH|Adtran|LANCOM|Extreme|Allied)/i, name: 'a network device' },
];

/** How to talk to a device, as far as can be told without having talked to it. */
export type Choice =
  | Readonly<{ by: 'exec' }>
  | Readonly<{ by: 'shell'; dialect: CompiledDialect; how: string }>
  /** A shell; its greeting and prompt will tell the dialect. */
  | Readonly<{ by: 'look' }>
  | Readonly<{ by: 'nothing'; why: string }>;

/** By the dialect of the config, else by what the server says it is. `forced`: a step of the kind ssh-shell. */
export function chooseDialect(access: SshAccess, ident: string, forced: boolean): Choice {
  const { dialect: name, ownDialects } = access;
  if (name !== 'auto') {
    const dialect = dialectNamed(name, ownDialects);
    // The config has been checked already; an inline jump host is nobody's target.
    if (dialect === undefined) return { by: 'nothing', why: `there is no dialect ${name}` };
    if (dialect.exec && !forced) return { by: 'exec' };
    return { by: 'shell', dialect, how: `dialect ${name}, as the config says` };
  }
  const software = ident.replace(/^SSH-[\d.]+-/, '');
  const known = allDialects(ownDialects).filter((one) => one.ident.some((pattern) => pattern.test(software)));
  const [only, second] = known;
  if (only && !second) return { by: 'shell', dialect: only, how: `dialect ${only.name}, by ${ident}` };
  if (only) return { by: 'nothing', why: `${ident} may be ${oneOf(known)}: say ssh.dialect` };
  const stranger = STRANGERS.find((one) => one.software.test(software));
  if (stranger)
    return {
      by: 'nothing',
      why:
        `looks like ${stranger.name} (${ident}), for which there is no dialect: name one by ssh.dialect, or write ` +
        'your own; if its commands can be run one by one, say dialect: linux',
    };
  return forced ? { by: 'look' } : { by: 'exec' };
}

/** What is appended to the name of the user at the login, once the server has said what it is. */
export function loginSuffix(access: SshAccess, ident: string): string {
  const choice = chooseDialect(access, ident, false);
  return choice.by === 'shell' ? choice.dialect.loginSuffix : '';
}

/** What a device says before anything was typed. */
export type Greeting = Readonly<{ lines: readonly string[]; line: string }>;

/**
 * The dialects whose prompt stands on the last line: one of them if the greeting names it. `refusedExec`: the server would
 * not run a command by exec, which only few do.
 */
export function lookLike(
  access: SshAccess,
  { lines, line }: Greeting,
  refusedExec: boolean,
): CompiledDialect[] {
  const fitting = allDialects(access.ownDialects).filter((dialect) => {
    if (refusedExec && !dialect.refusesExec) return false;
    const found = new Prompts(dialect).at(line);
    return found !== null && found.before.trim() === '' && found.host !== '';
  });
  const greeted = fitting.filter((dialect) =>
    dialect.greeting.some((pattern) => lines.some((said) => pattern.test(said))),
  );
  return greeted.length > 0 ? greeted : fitting;
}

/** `a, b or c` */
export function oneOf(dialects: readonly CompiledDialect[]): string {
  const names = dialects.map(({ name }) => name);
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}
