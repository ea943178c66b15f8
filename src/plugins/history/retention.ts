/** How long what is kept, milliseconds. */
export type Retention = Readonly<{
  /** Every check. */
  rawMs: number;
  /** Checks added up by the minute. */
  minutesMs: number;
  /** Checks added up by the hour, events, incidents and heals. */
  retainMs: number;
}>;
