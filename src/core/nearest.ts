import leven from 'leven';

/** The known name nearest to a mistyped one, or null where none is near enough to be meant. */
export function nearest(name: string, known: readonly string[]): string | null {
  // Of two letters any one is near any other.
  const limit = name.length < 3 ? 0 : name.length < 4 ? 1 : Math.max(2, Math.floor(name.length / 3));
  // A shortened or lengthened word (`user` for `username`) is nearer than its length says.
  const begun = name.length < 3 ? undefined : known.find((candidate) => isBeginning(name, candidate));
  let best: string | null = null;
  let bestDistance = limit + 1;
  for (const candidate of known) {
    const distance = leven(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best ?? begun ?? null;
}

function isBeginning(one: string, other: string): boolean {
  const [a, b] = [one.toLowerCase(), other.toLowerCase()];
  return Math.min(a.length, b.length) >= 3 && (a.startsWith(b) || b.startsWith(a));
}
