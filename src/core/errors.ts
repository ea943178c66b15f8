/** Every NH_* code with its cause and its mend; docs/errors.md is checked against this table. */
export const ERROR_CODES = {
  NH_CONFIG_NOT_FOUND: 'No config file was found or the named one does not exist.',
  NH_CONFIG_INVALID: 'The config file has a mistake; the message has its place and the nearest right thing.',
  NH_CONFIG_UNTRUSTED: 'The config file may be changed by others, so it must not decide whom we log in to.',
  NH_SECRET_UNAVAILABLE: 'A secret named in the config could not be read.',
  NH_ARGUMENT_INVALID: 'A command-line argument is not valid.',
  NH_STATE_LOCKED: 'Another netheal runs on this state directory.',
  NH_STATE_DIR: 'The state directory cannot be used.',
  NH_NO_DAEMON: 'No netheal is running for this config.',
  NH_PLUGIN_NOT_FOUND: 'A plugin named in the config could not be found.',
  NH_PLUGIN_INVALID: 'A plugin does not follow the plugin API.',
  NH_PLUGIN_OPTIONS: 'The options of a plugin are not valid.',
  NH_PLUGIN_TIMEOUT: 'A plugin did not finish in time.',
  NH_PLUGIN_FAILED: 'A plugin failed.',
  NH_NO_PROBE: 'A device asks for a probe type that no plugin provides.',
  NH_NO_HEALER: 'A heal step has a kind that no plugin provides.',
  NH_NO_ENGINE: 'The chosen ping engine does not work on this machine.',
  NH_PORT_TAKEN: 'The dashboard cannot bind its address.',
  NH_DASHBOARD_EXPOSED: 'The dashboard may not listen on an open address without a token and TLS.',
  NH_UNKNOWN_DEVICE: 'There is no device of that name.',
  NH_NOT_ALLOWED: 'The action is not allowed here.',
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

/** An error a person can act on: a code from the table, where it happened and what to do next. */
export class NethealError extends Error {
  readonly code: ErrorCode;
  readonly plugin: string | undefined;
  readonly device: string | undefined;
  /** What to do about it, as one sentence. */
  readonly mend: string | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    context: { plugin?: string; device?: string; mend?: string; cause?: unknown } = {},
  ) {
    super(message, context.cause === undefined ? undefined : { cause: context.cause });
    this.name = 'NethealError';
    this.code = code;
    this.plugin = context.plugin;
    this.device = context.device;
    this.mend = context.mend;
  }
}

/** The message of anything that was thrown, without a stack. Never throws itself, whatever a plugin has thrown. */
export function messageOf(thrown: unknown): string {
  try {
    return String(thrown instanceof Error ? thrown.message || thrown.name : thrown);
  } catch {
    return 'something that cannot be put into words';
  }
}
