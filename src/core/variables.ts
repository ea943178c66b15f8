/** `{{ip}}`, `{{id}}` and `{{label}}` in the texts of a config: what they are, and what they come to for a device. */
import { z } from 'zod';
import type { Device } from './model/types.ts';

const VARIABLES: Readonly<Record<string, (device: Device) => string>> = {
  ip: (device) => device.address,
  id: (device) => device.id,
  label: (device) => device.label,
};
// Only bare words: `{{.Names}}` and `{{json .}}` belong to the templates of docker and its kin.
const VARIABLE = /\{\{\s*([A-Za-z]\w*)\s*\}\}/g;

/** Puts the values of a device into a text; `encode` makes each fit for where it lands. An unknown variable stays as it is. */
export function fillVariables(text: string, device: Device, encode = (value: string) => value): string {
  return text.replace(VARIABLE, (whole, name: string) => {
    const value = variableValue(name, device);
    return value === null ? whole : encode(value);
  });
}

/** Where the variables of a text stand, by name, known or not; `at` is an index into the text. */
export function variablesIn(text: string): { name: string; at: number }[] {
  return [...text.matchAll(VARIABLE)].map(({ 1: name = '', index }) => ({ name, at: index }));
}

/** The value of a variable, or null where there is none of that name. */
export function variableValue(name: string, device: Device): string | null {
  return Object.hasOwn(VARIABLES, name) ? (VARIABLES[name]?.(device) ?? null) : null;
}

/** What is wrong with the variables of a text, in words, or null. */
export function unknownVariable(text: string): string | null {
  const unknown = variablesIn(text).find(({ name }) => !Object.hasOwn(VARIABLES, name));
  return unknown ? `unknown variable {{${unknown.name}}}; there are {{ip}}, {{id}} and {{label}}` : null;
}

/** Schema of a text with variables: a misspelt one is found when the config is read, not when it is needed. */
export const templateText = z.string().superRefine((text, context) => {
  const message = unknownVariable(text);
  if (message !== null) context.addIssue({ code: 'custom', message });
});
