import type { HealView } from '../../core/api/types.ts';
import { shownState } from '../../core/model/shown-state.ts';
import { type Span, wrap } from '../cells.ts';
import { countdown, duration } from '../format.ts';
import { type Binding, bindingsOf, type CommandName, type Place } from '../keys.ts';
import { type Approval, type Confirm, type Scene, screenOf } from '../ui.ts';
import { type Box, boxOf, innerWidth } from './box.ts';
import { choicesBox, paletteBox } from './choices.ts';
import { planRows } from './plan.ts';

/** The window over the screen, if one is open. */
export function overlayOf(scene: Scene): Box | null {
  const { overlay } = scene.ui;
  switch (overlay?.kind) {
    case 'help':
      return helpBox(scene, overlay.top);
    case 'confirm':
      return confirmBox(scene, overlay);
    case 'columns':
    case 'views':
      return choicesBox(scene, overlay);
    case 'palette':
      return paletteBox(scene, overlay);
    case 'approval':
      return approvalBox(scene, overlay);
    default:
      return null;
  }
}

const SECTIONS: readonly Binding['section'][] = ['MOVE', 'FIND', 'VIEW', 'ACT', 'APP'];

/** Made of the key table, for the place the help was asked in. */
function helpBox(scene: Scene, top: number): Box {
  const { ui, look, size, readOnly, bindings: table } = scene;
  const place = screenOf(ui);
  const bindings = bindingsOf(table, place, readOnly).filter(({ shown }) => shown !== '');
  const half = Math.floor(innerWidth(size) / 2);
  const rows: Span[][] = [];
  for (const section of SECTIONS) {
    const own = bindings.filter((binding) => binding.section === section);
    for (let index = 0; index < own.length; index += 2) {
      const cells = own.slice(index, index + 2).flatMap(({ shown, help }, column): Span[] => {
        const text = help.padEnd(column === 0 ? half - 13 : 0).slice(0, half - 12);
        return [['key', shown.padEnd(6)], ' ', text];
      });
      rows.push([['dim', index === 0 ? section.padEnd(6) : '      '], ...cells]);
    }
  }
  rows.push([], [['dim', 'filter: '], 'text  state:down  group:x  tag:site=hamburg  rtt>50  loss>0  !']);
  if (readOnly) rows.push([['warn', 'Read-only session: keys that act are off.']]);
  return boxOf(look, size, `HELP ${place}`, rows, top);
}

function confirmBox(scene: Scene, { title, question, plan, run, top }: Confirm): Box {
  const { look, size, data } = scene;
  const width = innerWidth(size);
  const rows: Span[][] = question.flatMap((text) => wrap(text, width)).map((text) => [text]);
  if (plan) rows.push([], ...planRows(plan, look, width, data.labelOf));
  const verb = run === 'quit' ? 'quit' : run.type;
  const answers = [...offer(scene, 'confirm', 'yes', verb), ...offer(scene, 'confirm', 'no', 'no')];
  return boxOf(look, size, title, rows, top, [[], answers]);
}

function approvalBox(scene: Scene, approval: Approval): Box {
  const { look, size, data, now } = scene;
  const index = data.waiting.findIndex(({ id }) => id === approval.heal);
  const heal = data.waiting[index];
  if (!heal) return boxOf(look, size, 'APPROVAL', [['It is decided or expired. Esc closes.']], 0);
  const others = data.waiting.length - 1;
  const rows: Span[][] = [targetRow(scene, heal)];
  const victims = data.victimsOf(heal.device);
  rows.push([
    ['dim', 'touches '],
    'this device',
    victims > 0 ? ['warn', `; ${victims} are unreachable behind it`] : ['dim', ', nothing is behind it'],
    heal.editedBy === undefined ? '' : ['warn', `   edited by ${heal.editedBy}`],
  ]);
  rows.push(...planRows(heal.plan, look, innerWidth(size), data.labelOf));
  if (heal.expiresAt !== null)
    rows.push([
      ['dim', 'expires in '],
      countdown(heal.expiresAt - now),
      ['dim', ', then it is refused'],
      ['dim', others > 0 ? `   also waiting: ${others} (Tab)` : ''],
    ]);
  for (const text of approval.verdict)
    rows.push(...wrap(text, innerWidth(size)).map((part): Span[] => [['warn', part]]));
  const title = `APPROVE HEAL ${index + 1}/${data.waiting.length}`;
  return boxOf(look, size, title, rows, approval.top, [[], answerRow(scene, heal, approval)]);
}

function targetRow({ data, look, now }: Scene, heal: HealView): Span[] {
  const device = data.byId.get(heal.device);
  if (!device) return [['bold', heal.device]];
  const state = shownState(device);
  return [
    ['title', device.label],
    ['dim', ` (${device.address})  `],
    [state, `${look.glyphs.states[state]} ${state} ${duration(now - device.since)}`],
    ['dim', `   asked by ${heal.by}`],
  ];
}

function answerRow(scene: Scene, heal: HealView, { typed }: Approval): Span[] {
  const { readOnly, look, data } = scene;
  if (readOnly) return [['warn', 'Read-only session: nothing can be decided here.']];
  if (typed !== null && typed !== data.labelOf(heal.device))
    return [['bad', 'HIGH RISK: type the label to go on: '], ['bold', typed], look.glyphs.caret];
  const confirmed = typed !== null;
  const yes = heal.plan.risk === 'high' && !confirmed ? 'type the label' : 'run';
  return [
    ...offer(scene, 'approval', 'yes', yes),
    ...offer(scene, 'approval', 'no', 'refuse'),
    ...offer(scene, 'approval', 'edit', 'edit'),
    ...offer(scene, 'approval', 'dryRun', 'dry run'),
    ...(confirmed
      ? [['warn', 'the label is right'] as const]
      : offer(scene, 'approval', 'back', 'decide later')),
  ];
}

/** An answer with the keys of the table, which may be a person's own: the wrong letter here would say the opposite. */
function offer({ bindings }: Scene, place: Place, command: CommandName, words: string): Span[] {
  const binding = bindingsOf(bindings, place, false).find((one) => one.command === command);
  return binding ? [['key', `[${binding.shown}]`], ` ${words}   `] : [];
}
