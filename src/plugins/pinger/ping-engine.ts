import { type ChildProcess, spawn } from 'node:child_process';
import { availableParallelism, platform } from 'node:os';
import { type ProbeResult, wordsOfSystemError } from 'netheal/plugin';
import builders from 'ping/lib/builder/factory.js';
import { CheckQueue } from './check-queue.ts';
import {
  CANCELLED,
  type Engine,
  type Family,
  localError,
  type PingRequest,
  packetSpacingMs,
} from './engine.ts';
import { readPingOutput } from './ping-output.ts';

/** A ping process costs CPU at its start and end only; between them it costs memory. */
const PROCESSES_PER_CPU = 48;
/** After an interrupt ping prints its account and ends; one that does not hangs. */
const GRACE_MS = 500;
const MOST_OUTPUT = 64_000;

export type PingPrograms = Readonly<Record<Family, string>>;

/**
 * One `ping` process a check: runs everywhere. Arguments and parser are the `ping` package's; the process is ours,
 * because the package's own `probe` cannot be ended when it hangs and throws past every handler at unknown output.
 */
export class PingEngine implements Engine {
  readonly name = 'ping';
  readonly #programs: PingPrograms;
  readonly #queue = new CheckQueue(PROCESSES_PER_CPU * availableParallelism(), 'ping processes');

  constructor(programs: PingPrograms) {
    this.#programs = programs;
  }

  ping(request: PingRequest): Promise<ProbeResult> {
    const program = this.#programs[request.family];
    return this.#queue.run(request, (leftMs, signal) => run(program, request, leftMs, signal));
  }

  stop(): void {
    this.#queue.stop();
  }
}

function run(
  program: string,
  request: PingRequest,
  windowMs: number,
  signal: AbortSignal,
): Promise<ProbeResult> {
  const { address, packets } = request;
  return new Promise((resolve) => {
    let child: ChildProcess;
    try {
      // Never inherits stdin: the terminal belongs to the TUI.
      child = spawn(program, argumentsOf(request, windowMs), {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, LANG: 'C', LC_ALL: 'C' },
      });
    } catch (error) {
      resolve(localError(`cannot start ${program}: ${wordsOfSystemError(error)}`));
      return;
    }
    let output = '';
    let over = false;
    const end = (result: ProbeResult) => {
      if (over) return;
      over = true;
      clearTimeout(interrupt);
      clearTimeout(watchdog);
      signal.removeEventListener('abort', cancel);
      child.kill('SIGKILL');
      // A grandchild may hold the pipes; they must not hold us.
      child.stdout?.destroy();
      child.stderr?.destroy();
      resolve(result);
    };
    const cancel = () => end(CANCELLED);
    const interrupt = setTimeout(() => child.kill('SIGINT'), windowMs);
    const watchdog = setTimeout(() => end(localError(`${program} hung and was killed`)), windowMs + GRACE_MS);
    signal.addEventListener('abort', cancel, { once: true });

    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('error', () => undefined);
      stream?.on('data', (chunk: string) => {
        output += chunk;
        if (output.length > MOST_OUTPUT)
          end(localError(`${program} printed more than it should and was ended`));
      });
    }
    child.on('error', (error) => end(localError(`cannot start ${program}: ${wordsOfSystemError(error)}`)));
    child.on('close', (_code, endedBy) => {
      const result = readPingOutput(address, output, packets, platform());
      // Ended from outside before its account: what it has not printed is not known.
      if (endedBy !== null && result.ok !== true) end(localError(`${program} was ended by ${endedBy}`));
      else end(result);
    });
  });
}

/** `--` ends the options, and the address was validated: it can be neither an option nor two arguments. */
function argumentsOf(request: PingRequest, windowMs: number): string[] {
  const spacingS = Math.max(0.2, packetSpacingMs(windowMs, request.packets) / 1_000);
  return builders.createBuilder(platform()).getCommandArguments(request.address, {
    numeric: true,
    // Whole seconds, as old versions want them; the exact window is kept by an interrupt.
    timeout: Math.ceil(windowMs / 1_000),
    min_reply: request.packets,
    packetSize: request.sizeBytes,
    v6: request.family === 6,
    extra: [...(request.packets > 1 ? ['-i', String(spacingS)] : []), '--'],
  });
}
