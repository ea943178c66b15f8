import { readFileSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { parseFile } from '../core/config/parse-file.ts';
import { messageOf, NethealError } from '../core/errors.ts';
import { cleanLine } from '../core/text.ts';
import { EXIT, find, type GlobalOptions, print } from './context.ts';
import type { FormatName } from './import/format-names.ts';
import { formatOf, readHosts } from './import/formats.ts';
import type { Remark } from './import/found-host.ts';
import { devicesYaml, mergeDevices } from './import/merge-devices.ts';
import { type ImportPlan, type KnownDevice, planImport } from './import/plan-import.ts';
import { writeWhole } from './write-whole.ts';

export type ImportOptions = GlobalOptions & Readonly<{ format?: FormatName; dryRun?: boolean }>;

/** A config to add to: its path, its text, and the devices that it has. */
type Target = Readonly<{ path: string; text: string; there: readonly KnownDevice[] }>;

/** Nobody reads more of one kind. */
const MOST_TOLD = 50;

/**
 * `netheal import FILE`: adds what is new in it to the config, or prints it where there is no config or with `--dry-run`.
 * Exit 1 where lines were left out. May be repeated: what is in the config already stays as it is.
 */
export async function importHosts(file: string, options: ImportOptions): Promise<number> {
  const text = readText(file);
  const format = options.format ?? formatOf(file, text);
  const { hosts, bad, remarks } = readHosts(format, text);
  const target = await targetOf(options);
  const found = planImport(hosts, target?.there ?? []);
  const plan = { ...found, bad: [...bad, ...found.bad].sort((a, b) => a.line - b.line) };

  const name = file === '-' ? 'standard input' : file;
  if (!options.quiet) tell(name, [...remarks, ...plan.known]);
  tell(name, plan.bad);
  if (hosts.length === 0 && plan.bad.length === 0) {
    throw new NethealError('NH_ARGUMENT_INVALID', `${name}: there is no host in it (read as ${format})`, {
      mend: 'say with --format what it is',
    });
  }
  const written = target !== null && !options.dryRun && plan.devices.length > 0 ? add(target, plan) : null;
  if (options.json) print(JSON.stringify({ format, config: written, ...plan }));
  else if (written === null && plan.devices.length > 0) process.stdout.write(`devices:\n${indented(plan)}`);
  if (!options.quiet) say(summary(plan, target, written));
  return plan.bad.length > 0 ? EXIT.failed : EXIT.ok;
}

function readText(file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file === '-' ? 0 : file));
  } catch (thrown) {
    const why = thrown instanceof TypeError ? 'is no UTF-8 text' : messageOf(thrown);
    throw new NethealError('NH_ARGUMENT_INVALID', `${file}: ${why}`);
  }
}

/** Null where there is no config yet. */
async function targetOf(options: ImportOptions): Promise<Target | null> {
  const path = await find(options);
  if (path === null) return null;
  if (/^\.[cm]?[jt]s$/.test(extname(path))) {
    throw new NethealError('NH_ARGUMENT_INVALID', `${path} is a program: nothing can be added to it`);
  }
  // `netheal import FILE > .nethealrc`: the shell has made it just now.
  if (readFileSync(path, 'utf8').trim() === '') return null;
  const { raw, text } = await parseFile(path, process.cwd(), false);
  const { devices } = raw as { devices?: unknown };
  return { path, text, there: (Array.isArray(devices) ? devices : []).filter(isObject) };
}

function isObject(value: unknown): value is KnownDevice {
  return typeof value === 'object' && value !== null;
}

/** Path of the config that has them now. */
function add({ path, text }: Target, { devices }: ImportPlan): string {
  const keys = basename(path) === 'package.json' ? ['netheal', 'devices'] : ['devices'];
  const merged = mergeDevices(text, keys, devices);
  if (merged === null) {
    throw new NethealError(
      'NH_ARGUMENT_INVALID',
      `${path}: its devices are no plain list that can be added to`,
      {
        mend: 'print them with --dry-run, and put them there yourself',
      },
    );
  }
  writeWhole(path, merged);
  return path;
}

function indented({ devices }: ImportPlan): string {
  return devicesYaml(devices).replace(/^(?=.)/gm, '  ');
}

function summary({ devices, known, bad }: ImportPlan, target: Target | null, written: string | null): string {
  const counts = [
    `${devices.length} new`,
    ...(known.length > 0 ? [`${known.length} known already`] : []),
    ...(bad.length > 0 ? [`${bad.length} left out`] : []),
  ].join(', ');
  if (written !== null)
    return `${written}: ${counts}. Next: \`netheal check\`, and \`netheal reload\` where it is running`;
  if (devices.length === 0) return `${counts}: nothing to write`;
  return target
    ? `${counts}: nothing written to ${target.path}`
    : `${counts}: there is no config yet, so nothing is written (see netheal init)`;
}

function tell(name: string, remarks: readonly Remark[]): void {
  for (const { line, what } of remarks.slice(0, MOST_TOLD)) say(`${name}:${line}: ${what}`);
  if (remarks.length > MOST_TOLD) say(`${name}: ... and ${remarks.length - MOST_TOLD} more lines like these`);
}

/** Beside the devices, which may be on their way into a file. */
function say(line: string): void {
  process.stderr.write(`${cleanLine(line)}\n`);
}
