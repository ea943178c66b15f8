import { type Device, z } from 'netheal/plugin';

const VARIABLES: Readonly<Record<string, (device: Device) => string>> = {
  ip: (device) => device.address,
  id: (device) => device.id,
  label: (device) => device.label,
};
// Only bare words: `{{.Names}}` and `{{json .}}` belong to the templates of docker and its kin.
const VARIABLE = /\{\{\s*([A-Za-z]\w*)\s*\}\}/g;

/** Puts the values of a device into a text; `encode` makes each fit for where it lands. */
export function fill(text: string, device: Device, encode = (value: string) => value): string {
  return text.replace(VARIABLE, (whole, name: string) => {
    const value = Object.hasOwn(VARIABLES, name) ? VARIABLES[name]?.(device) : undefined;
    return value === undefined ? whole : encode(value);
  });
}

/** Schema of a text with variables: a misspelt one is found when the config is read, not when it is needed. */
export const template = z.string().superRefine((text, context) => {
  for (const [, name = ''] of text.matchAll(VARIABLE)) {
    if (Object.hasOwn(VARIABLES, name)) continue;
    const known = 'there are {{ip}}, {{id}} and {{label}}';
    context.addIssue({ code: 'custom', message: `unknown variable {{${name}}}; ${known}` });
  }
});
