import type { CommandName } from './commands.ts';
import type { ViewName } from './ui.ts';

/** Where a key acts: a view, the detail of a device, or a question over them. */
export type Place = ViewName | 'device' | 'help' | 'confirm' | 'approval';

/** One line of the key table. */
export type Binding = Readonly<{
  /** Names as `keyNames` gives them. */
  keys: readonly string[];
  /** How the keys are written in the help and the footer. */
  shown: string;
  command: CommandName;
  section: 'MOVE' | 'FIND' | 'VIEW' | 'ACT' | 'APP';
  help: string;
  /** The word in the footer; without one the key is found in the help only. */
  footer?: string;
  places: readonly Place[];
  /** Touches the fleet: off in a read-only session. */
  acts?: true;
}>;

const LISTS: readonly Place[] = ['fleet', 'events', 'incidents', 'heals', 'plugins'];
const SCREENS: readonly Place[] = [...LISTS, 'device'];
const SCROLLING: readonly Place[] = [...SCREENS, 'help', 'confirm', 'approval'];
const OF_DEVICE: readonly Place[] = ['fleet', 'events', 'incidents', 'heals', 'device'];

/** The one key table: input, help and footer are made of it. In the order of the footer. Long, but only a table. */
export const BINDINGS: readonly Binding[] = [
  {
    keys: ['y'],
    shown: 'y',
    command: 'yes',
    section: 'ACT',
    help: 'run it',
    footer: 'run',
    places: ['approval'],
    acts: true,
  },
  {
    keys: ['n'],
    shown: 'n',
    command: 'no',
    section: 'ACT',
    help: 'refuse it',
    footer: 'refuse',
    places: ['approval'],
    acts: true,
  },
  {
    keys: ['tab'],
    shown: 'Tab',
    command: 'nextApproval',
    section: 'MOVE',
    help: 'next approval',
    footer: 'next',
    places: ['approval'],
  },
  {
    keys: ['y'],
    shown: 'y',
    command: 'yes',
    section: 'ACT',
    help: 'yes',
    footer: 'yes',
    places: ['confirm'],
  },
  { keys: ['n'], shown: 'n', command: 'no', section: 'ACT', help: 'no', footer: 'no', places: ['confirm'] },
  {
    keys: ['escape'],
    shown: 'Esc',
    command: 'back',
    section: 'MOVE',
    help: 'decide later',
    footer: 'decide later (Enter never runs)',
    places: ['approval'],
  },
  {
    keys: ['escape', '?'],
    shown: 'Esc ?',
    command: 'back',
    section: 'MOVE',
    help: 'close',
    footer: 'close',
    places: ['help'],
  },
  { keys: ['escape'], shown: 'Esc', command: 'back', section: 'MOVE', help: 'no', places: ['confirm'] },
  {
    keys: ['escape', 'left', 'h'],
    shown: 'Esc',
    command: 'back',
    section: 'MOVE',
    help: 'back',
    footer: 'back',
    places: ['device'],
  },
  {
    keys: ['j', 'down'],
    shown: 'j k',
    command: 'down',
    section: 'MOVE',
    help: 'down, up (or arrows)',
    footer: 'move',
    places: SCROLLING,
  },
  { keys: ['k', 'up'], shown: '', command: 'up', section: 'MOVE', help: '', places: SCROLLING },
  {
    keys: ['g', 'home'],
    shown: 'g G',
    command: 'first',
    section: 'MOVE',
    help: 'first, last',
    places: SCREENS,
  },
  { keys: ['G', 'end'], shown: '', command: 'last', section: 'MOVE', help: '', places: SCREENS },
  {
    keys: ['ctrl+d', 'pagedown'],
    shown: '^d ^u',
    command: 'pageDown',
    section: 'MOVE',
    help: 'page (or PgDn PgUp)',
    places: SCREENS,
  },
  { keys: ['ctrl+u', 'pageup'], shown: '', command: 'pageUp', section: 'MOVE', help: '', places: SCREENS },
  {
    keys: ['enter'],
    shown: 'Enter',
    command: 'open',
    section: 'MOVE',
    help: 'open',
    footer: 'open',
    places: ['fleet', 'events', 'incidents', 'heals'],
  },
  {
    keys: ['l', 'right'],
    shown: 'l h',
    command: 'expand',
    section: 'MOVE',
    help: 'open, close a group',
    places: ['fleet'],
  },
  { keys: ['h', 'left'], shown: '', command: 'collapse', section: 'MOVE', help: '', places: ['fleet'] },
  {
    keys: ['escape'],
    shown: 'Esc',
    command: 'back',
    section: 'MOVE',
    help: 'clear the filter',
    places: ['fleet'],
  },
  {
    keys: ['escape'],
    shown: 'Esc',
    command: 'back',
    section: 'MOVE',
    help: 'back to the fleet',
    footer: 'back',
    places: ['events', 'incidents', 'heals', 'plugins'],
  },
  {
    keys: ['/'],
    shown: '/',
    command: 'filter',
    section: 'FIND',
    help: 'filter',
    footer: 'filter',
    places: ['fleet', 'events'],
  },
  {
    keys: ['!'],
    shown: '!',
    command: 'problems',
    section: 'FIND',
    help: 'problems only',
    footer: 'problems',
    places: ['fleet'],
  },
  {
    keys: ['a'],
    shown: 'a',
    command: 'approvals',
    section: 'ACT',
    help: 'approvals that wait',
    footer: 'approvals',
    places: SCREENS,
  },
  {
    keys: ['H'],
    shown: 'H',
    command: 'heal',
    section: 'ACT',
    help: 'heal now, asks first',
    footer: 'heal',
    places: OF_DEVICE,
    acts: true,
  },
  {
    keys: ['f'],
    shown: 'f',
    command: 'follow',
    section: 'VIEW',
    help: 'follow the newest',
    footer: 'follow',
    places: ['events'],
  },
  {
    keys: ['s'],
    shown: 's S',
    command: 'sort',
    section: 'VIEW',
    help: 'next sort, reverse',
    footer: 'sort',
    places: ['fleet'],
  },
  { keys: ['S'], shown: '', command: 'reverse', section: 'VIEW', help: '', places: ['fleet'] },
  { keys: ['b'], shown: 'b', command: 'group', section: 'VIEW', help: 'group or not', places: ['fleet'] },
  {
    keys: ['['],
    shown: '[ ]',
    command: 'zoomIn',
    section: 'VIEW',
    help: 'zoom of the chart',
    footer: 'zoom',
    places: ['device'],
  },
  { keys: [']'], shown: '', command: 'zoomOut', section: 'VIEW', help: '', places: ['device'] },
  {
    keys: ['t'],
    shown: 't',
    command: 'transcripts',
    section: 'VIEW',
    help: 'its heal transcripts',
    footer: 'transcripts',
    places: ['fleet', 'device'],
  },
  {
    keys: ['p'],
    shown: 'p',
    command: 'ping',
    section: 'ACT',
    help: 'check now',
    footer: 'ping',
    places: OF_DEVICE,
    acts: true,
  },
  {
    keys: ['A'],
    shown: 'A',
    command: 'ack',
    section: 'ACT',
    help: 'acknowledge or undo',
    footer: 'ack',
    places: OF_DEVICE,
    acts: true,
  },
  {
    keys: ['m'],
    shown: 'm',
    command: 'downtime',
    section: 'ACT',
    help: 'downtime',
    places: OF_DEVICE,
    acts: true,
  },
  {
    keys: ['P'],
    shown: 'P',
    command: 'pause',
    section: 'ACT',
    help: 'pause/resume all healing',
    places: SCREENS,
    acts: true,
  },
  {
    keys: ['1'],
    shown: '1-5',
    command: 'view1',
    section: 'VIEW',
    help: 'the five views',
    places: SCREENS,
  },
  { keys: ['2'], shown: '', command: 'view2', section: 'VIEW', help: '', places: SCREENS },
  { keys: ['3'], shown: '', command: 'view3', section: 'VIEW', help: '', places: SCREENS },
  { keys: ['4'], shown: '', command: 'view4', section: 'VIEW', help: '', places: SCREENS },
  { keys: ['5'], shown: '', command: 'view5', section: 'VIEW', help: '', places: SCREENS },
  {
    keys: ['tab'],
    shown: 'Tab',
    command: 'nextView',
    section: 'VIEW',
    help: 'next view',
    footer: 'view',
    places: SCREENS,
  },
  { keys: ['T'], shown: 'T', command: 'theme', section: 'VIEW', help: 'theme', places: SCREENS },
  {
    keys: ['?'],
    shown: '?',
    command: 'help',
    section: 'APP',
    help: 'this help',
    footer: 'help',
    places: SCREENS,
  },
  {
    keys: ['ctrl+l'],
    shown: '^l',
    command: 'redraw',
    section: 'APP',
    help: 'draw it all anew',
    places: SCREENS,
  },
  {
    keys: ['ctrl+z'],
    shown: '^z',
    command: 'suspend',
    section: 'APP',
    help: 'suspend; fg wakes it',
    places: SCREENS,
  },
  { keys: ['q'], shown: 'q', command: 'quit', section: 'APP', help: 'quit', footer: 'quit', places: SCREENS },
];

/** The binding of a key in a place. */
export function bindingOf(key: string, place: Place): Binding | undefined {
  return BINDINGS.find(({ keys, places }) => keys.includes(key) && places.includes(place));
}

/** What is possible in a place, for the help and the footer. */
export function bindingsOf(place: Place, readOnly: boolean): Binding[] {
  return BINDINGS.filter(({ places, acts }) => places.includes(place) && !(readOnly && acts));
}
