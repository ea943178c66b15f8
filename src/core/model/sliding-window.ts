/**
 * `window` with `value` at its end, at most `size` long, the oldest dropped. Returns the same array where nothing
 * would change: nearly every check of a healthy fleet says what the last twenty said, and need not copy them.
 */
export function slide<T>(window: readonly T[], value: T, size: number): readonly T[] {
  if (window.length < size) return [...window, value];
  if (window.every((entry) => entry === value)) return window;
  return [...window.slice(window.length - size + 1), value];
}
