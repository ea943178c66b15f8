import type { ResolvedConfig } from '../core/config/types.ts';
import { NethealError } from '../core/errors.ts';
import type { HealDetail, HealRow } from '../plugins/history/archive-questions.ts';
import { heal as recordedHeal, heals as recordedHeals } from '../plugins/history/care-queries.ts';
import { openForReading } from '../plugins/history/database.ts';
import { attach, attachIfRunning } from './attach.ts';
import { EXIT, type GlobalOptions, load, print } from './context.ts';
import { historyOf } from './log-files.ts';

/** So many of the history are listed, the newest. */
const MOST_RECORDED = 200;

type Shown = HealRow & Partial<Pick<HealDetail, 'plan' | 'gates' | 'transcript'>>;

/** `netheal heals [HEAL]`: the attempts the daemon and the history know, or one with its plan and transcript. */
export async function heals(id: string | undefined, options: GlobalOptions): Promise<number> {
  const config = await load(options);
  const recorded = ofHistory(config, id);
  const live = await ofDaemon(config, recorded !== null);
  const isLive = new Set(live.map((heal) => `${heal.id} ${heal.device}`));
  const older = (recorded ?? []).filter((heal) => !isLive.has(`${heal.id} ${heal.device}`));
  const all = [...older, ...live].sort((a, b) => a.startedAt - b.startedAt);
  const wanted = id === undefined ? all : all.filter((heal) => heal.id === id).slice(-1);
  if (id !== undefined && wanted.length === 0) {
    throw new NethealError('NH_ARGUMENT_INVALID', `there is no heal "${id}"`, {
      mend: 'see `netheal heals`',
    });
  }
  if (wanted.length === 0 && !options.json && !options.quiet) print('Nothing had to be healed yet.');
  for (const heal of wanted) {
    if (options.json) print(JSON.stringify(heal));
    else for (const line of id === undefined ? headOf(heal) : linesOf(heal, recorded)) print(line);
  }
  return EXIT.ok;
}

/** @throws NethealError NH_NO_DAEMON where none runs and nothing else would be shown */
async function ofDaemon(config: ResolvedConfig, hasHistory: boolean): Promise<readonly Shown[]> {
  const source = await (hasHistory ? attachIfRunning : attach)(config, { lens: true });
  const known = source?.snapshot().heals ?? [];
  await source?.close();
  return known.map((heal) => ({ ...heal, reason: heal.reason ?? '', editedBy: heal.editedBy ?? null }));
}

/** Null where there is no history. */
function ofHistory(config: ResolvedConfig, id: string | undefined): readonly Shown[] | null {
  const history = openForReading(historyOf(config));
  if (history === null) return null;
  try {
    if (id === undefined) return recordedHeals(history, { limit: MOST_RECORDED, offset: 0 }).heals;
    const found = recordedHeal(history, { id });
    return found === null ? [] : [found];
  } finally {
    history.close();
  }
}

function headOf(heal: Shown): string[] {
  const { id, device, attempt, maxAttempts, strategy, phase, outcome, reason, by, plan, editedBy } = heal;
  // Those of a history of the first versions say less.
  const nth = attempt === null ? '' : `  ${attempt}/${maxAttempts}  "${strategy}"`;
  const who = by === null ? '' : `  by ${by}`;
  const lines = [
    `${id}  ${device}${nth}  ${outcome ?? phase ?? 'without an end'}${who}${reason ? `: ${reason}` : ''}`,
  ];
  if (phase === 'waiting-approval') {
    const label = plan?.risk === 'high' ? ' --label <label of the device>' : '';
    const hash = plan && editedBy !== null ? ` --hash ${plan.hash}` : '';
    lines.push(`   netheal approve ${id}${hash}${label}   or   netheal reject ${id}`);
  }
  return lines;
}

function planOf({ plan, editedBy }: Shown): string[] {
  if (!plan) return [];
  const edited = editedBy === null ? '' : `, edited by ${editedBy}`;
  const steps = plan.steps.flatMap(({ target, lines }) => lines.map((line) => `   on ${target}: ${line}`));
  return [`   plan ${plan.hash}, risk ${plan.risk}${edited}`, ...steps];
}

function linesOf(heal: Shown, recorded: readonly Shown[] | null): string[] {
  const time = (at: number) => new Date(at).toISOString().slice(11, 23);
  const same = recorded?.find(({ device }) => device === heal.device);
  // After a restart the daemon knows of an attempt without its transcript, and it never knows what had held it.
  const transcript = heal.transcript?.length ? heal.transcript : (same?.transcript ?? []);
  return [
    ...headOf(heal),
    ...planOf(heal),
    ...(same?.gates ?? []).map(({ at, gate, message }) => `   ${time(at)} gate    ${gate}: ${message}`),
    ...transcript.map(({ at, kind, text }) => `   ${time(at)} ${kind.padEnd(7)} ${text}`),
  ];
}
