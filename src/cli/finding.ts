/** One finding of `netheal doctor`: what was looked at, how it is, and what to do where it is not well. */
export type Finding = Readonly<{ ok: boolean | 'warn'; what: string; said: string; mend?: string }>;
