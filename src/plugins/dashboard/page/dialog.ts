import { el } from './dom.ts';

/** One thing a dialog asks for. */
export type Field = Readonly<{
  name: string;
  label: string;
  value?: string;
  placeholder?: string;
  /** What it has to look like, as a regular expression, and how that is said. */
  pattern?: Readonly<{ source: string; words: string }>;
  required?: boolean;
}>;

type Question = Readonly<{
  title: string;
  /** What the person should know before. */
  body?: readonly (Node | string | null)[];
  fields?: readonly Field[];
  /** What the button says; null: there is nothing to be done but to close it. */
  submit: string | null;
}>;

/** Asks in a dialog of its own; null where the person would rather not (Cancel, Esc). */
export function ask({
  title,
  body = [],
  fields = [],
  submit,
}: Question): Promise<Readonly<Record<string, string>> | null> {
  const cancel = el('button', '', [submit === null ? 'Close' : 'Cancel'], { type: 'button' });
  const form = el('form', '', [
    el('h2', '', [title], { id: 'dialog-title' }),
    ...body,
    ...fields.map(drawField),
    el('p', 'buttons', [
      cancel,
      submit === null ? null : el('button', 'primary', [submit], { type: 'submit' }),
    ]),
  ]);
  const dialog = el('dialog', 'question', [form], { 'aria-labelledby': 'dialog-title' });
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    let answer: Record<string, string> | null = null;
    cancel.addEventListener('click', () => dialog.close());
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      answer = Object.fromEntries(
        [...new FormData(form)].map(([name, value]) => [name, String(value).trim()]),
      );
      dialog.close();
    });
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(answer);
    });
  });
}

function drawField({ name, label, value = '', placeholder = '', pattern, required }: Field): HTMLElement {
  return el('label', 'field', [
    el('span', '', [label]),
    el('input', '', [], {
      name,
      value,
      placeholder,
      autocomplete: 'off',
      ...(pattern === undefined ? {} : { pattern: pattern.source, title: pattern.words }),
      ...(required ? { required: '' } : {}),
    }),
  ]);
}
