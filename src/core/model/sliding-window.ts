/** Values of which most windows of a fleet consist: answered or lost, up or down. */
const USUAL = [0, 100, true, false] as const;
const LONGEST = 32;
/** Windows that hold nothing but one usual value, by that value and their length. */
const UNIFORM: ReadonlyMap<unknown, readonly (readonly unknown[])[]> = new Map(
  USUAL.map((value) => [
    value,
    Array.from({ length: LONGEST + 1 }, (_, length) => Object.freeze(new Array(length).fill(value))),
  ]),
);

/**
 * `window` with `value` at its end, at most `size` long, the oldest dropped. Returns the same array where nothing would
 * change, and one that all share where every entry is the same usual value: nearly every check of a healthy fleet says
 * what the last twenty said, and 100,000 devices need not keep a copy each.
 */
export function slide<T>(window: readonly T[], value: T, size: number): readonly T[] {
  const length = Math.min(window.length + 1, size);
  const uniform = UNIFORM.get(value) as readonly (readonly T[])[] | undefined;
  // The usual case, found without a look at each entry.
  if (uniform && window === uniform[window.length] && length <= LONGEST) return uniform[length]!;
  const isUniform = window.every((entry) => entry === value);
  if (isUniform && uniform && length <= LONGEST) return uniform[length]!;
  if (isUniform && window.length === size) return window;
  return [...window.slice(window.length + 1 - length), value];
}
