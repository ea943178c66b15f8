import type { DeviceView } from '../core/api/types.ts';
import { editorOn, runProgram, sshTo } from './programs.ts';
import type { Shell } from './shell.ts';
import type { UiStore } from './store.ts';

/** Opens the config in the person's editor, then has it read again; a mistake in it is said with its place. */
export async function editConfig({ store, lend, env }: Shell): Promise<void> {
  const { configFile } = store.scene.data.snapshot.monitor;
  if (configFile === null) {
    store.say('There is no config file to edit.', 'bad');
    return;
  }
  store.say(`${configFile} is open in the editor ...`);
  let code: number | null = null;
  await lend(async () => {
    code = await runProgram(editorOn(configFile, env), env);
  });
  if (code !== 0) {
    store.say('The editor failed: the config is not read again.', 'bad');
    return;
  }
  await store.act({ type: 'reload', by: store.options.user }, `reading ${configFile} again ...`);
}

/** Gives the terminal to ssh on the device. */
export async function openSsh({ store, lend, env }: Shell, device: DeviceView): Promise<void> {
  const command = sshTo(device);
  if (command === null) {
    store.say(`${device.label} has no ssh login in the config.`, 'bad');
    return;
  }
  store.say(`ssh to ${device.label} ...`);
  await lend(async () => {
    const code = await runProgram(command, env);
    store.say(code === 0 ? `ssh to ${device.label} is over.` : `ssh to ${device.label} ended with ${code}.`);
  });
}

/** Copies what the cursor is on: an address, the words of an event, a transcript, an error. */
export function copySelected({ store, copy }: Shell): void {
  const text = selectedText(store);
  if (text === null) {
    store.say('There is nothing to copy here.');
    return;
  }
  copy(text);
  const lines = text.split('\n').length;
  store.say(lines > 1 ? `copied ${lines} lines` : `copied: ${text}`);
}

function selectedText(store: UiStore): string | null {
  const { ui, scene } = store;
  const { key } = ui.lists[ui.view];
  if (ui.device === null && ui.view === 'heals') {
    const heal = scene.data.snapshot.heals.find(({ id }) => id === key);
    if (!heal) return null;
    const told = heal.transcript.map(({ at, text }) => `${new Date(at).toISOString()} ${text}`);
    return (told.length > 0 ? told : heal.plan.steps.flatMap(({ lines }) => lines)).join('\n');
  }
  if (ui.device === null && ui.view === 'events') {
    const event = scene.events.find(({ seq, at }) => `${seq} ${at}` === key);
    return event ? `${event.at} ${event.message}` : null;
  }
  if (ui.device === null && ui.view === 'plugins') {
    const plugin = scene.data.snapshot.plugins.find(({ name }) => name === key);
    return plugin ? `${plugin.name}: ${plugin.lastError ?? 'no error'}` : null;
  }
  return scene.data.byId.get(store.selectedDevice() ?? '')?.address ?? null;
}
