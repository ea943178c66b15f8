import { type ChildProcess, spawn } from 'node:child_process';
import { cleanLine, type ProbeResult, wordsOfSystemError } from 'netheal/plugin';
import { CANCELLED, type Family, localError, packetSpacingMs, replied } from './engine.ts';
import { readFpingLine } from './fping-output.ts';
import { readLines } from './line-reader.ts';

/** What all targets of one fping child share: they are its command line. */
export type BatchPlan = Readonly<{
  family: Family;
  packets: number;
  sizeBytes: number;
  /** How long a reply is waited for, counted from the first packet. */
  windowMs: number;
  /** Pause between packets to different targets (`-i`). */
  intervalMs: number;
}>;

/** fping has this long, beyond its own time-outs, to end; then it hangs and is killed. */
const GRACE_MS = 1_000;
/** Characters of output: several times what fping prints about a target and about each packet to it. */
const MOST_OUTPUT = { always: 10_000, perPacket: 400 } as const;

type Target = {
  rttsMs: number[];
  seen: Set<number>;
  unreachable: string | undefined;
  refused: string | undefined;
  isAnswered: boolean;
};

/**
 * One fping child for many targets. Each target is answered as soon as its packets are accounted for: a silent one
 * keeps nobody waiting. Returns a function that kills the child.
 */
export function runFpingBatch(
  plan: BatchPlan,
  addresses: readonly string[],
  onResult: (address: string, result: ProbeResult) => void,
  onEnd: (fault: string | undefined) => void,
): () => void {
  const targets = new Map<string, Target>(
    addresses.map((address) => [
      address,
      { rttsMs: [], seen: new Set(), unreachable: undefined, refused: undefined, isAnswered: false },
    ]),
  );
  const spacingMs = packetSpacingMs(plan.windowMs, plan.packets);
  const lastPacketMs = spacingMs * (plan.packets - 1);
  let over = false;
  let complaint = '';

  const answer = (address: string, target: Target, result: ProbeResult) => {
    if (target.isAnswered) return;
    target.isAnswered = true;
    onResult(address, result);
  };

  const read = (line: string) => {
    const said = readFpingLine(line);
    if (!said) return;
    if (said.type === 'complaint') {
      complaint = said.message;
      return;
    }
    const target = targets.get(said.address);
    if (!target) return;
    if (said.type === 'unreachable') target.unreachable = said.message;
    else if (said.type === 'refused') target.refused = said.message;
    else if (!target.seen.has(said.sequence)) {
      target.seen.add(said.sequence);
      if (said.type === 'reply') target.rttsMs.push(said.rttMs);
      if (target.seen.size >= plan.packets) answer(said.address, target, verdictOf(target, plan.packets));
    }
  };

  /** Answers what is open. Without a fault, a packet that was not accounted for is one that could not be sent. */
  const end = (fault: string | undefined, open?: ProbeResult) => {
    if (over) return;
    over = true;
    clearTimeout(watchdog);
    // Also when the child has ended: a grandchild may hold its pipes.
    child?.kill('SIGKILL');
    child?.stdout?.destroy();
    child?.stderr?.destroy();
    for (const [address, target] of targets) {
      if (target.isAnswered) continue;
      if (target.rttsMs.length > 0) answer(address, target, replied(target.rttsMs, target.seen.size));
      else answer(address, target, open ?? localError(fault ?? notSent(target)));
    }
    onEnd(fault);
  };

  const watchdog = setTimeout(
    () => end('fping hung and was killed'),
    plan.windowMs + lastPacketMs + plan.intervalMs * addresses.length * plan.packets + GRACE_MS,
  );

  let child: ChildProcess | undefined;
  try {
    child = spawn('fping', argumentsOf(plan, spacingMs, plan.windowMs - lastPacketMs), {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, LC_ALL: 'C' },
    });
  } catch (error) {
    queueMicrotask(() => end(`cannot start fping: ${wordsOfSystemError(error)}`));
    return () => end(undefined, CANCELLED);
  }
  child.on('error', (error) => end(`cannot start fping: ${wordsOfSystemError(error)}`));
  child.on('close', (code, signal) => end(faultOf(code, signal, complaint)));
  const mostOutput = MOST_OUTPUT.always + addresses.length * plan.packets * MOST_OUTPUT.perPacket;
  for (const stream of [child.stdout, child.stderr]) {
    readLines(stream, mostOutput, read, () => end('fping printed more than it should and was ended'));
  }
  // The child may be gone before it has read its targets: its end is told by `close`.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(`${addresses.join('\n')}\n`);
  return () => end(undefined, CANCELLED);
}

function notSent({ refused }: Target): string {
  return refused === undefined
    ? 'fping could not send: this machine has no route to the address, or its firewall forbids it'
    : `fping does not take the address: ${cleanLine(refused, 200)}`;
}

/** Targets go in by stdin, so nothing of theirs is ever an argument. */
function argumentsOf(plan: BatchPlan, spacingMs: number, timeoutMs: number): string[] {
  return [
    plan.family === 6 ? '-6' : '-4',
    ...['-c', String(plan.packets)],
    ...['-p', String(Math.max(10, spacingMs))],
    ...['-t', String(Math.max(1, timeoutMs))],
    ...['-i', String(plan.intervalMs)],
    ...['-b', String(plan.sizeBytes)],
    ...['-f', '-'],
  ];
}

function verdictOf(target: Target, packets: number): ProbeResult {
  if (target.rttsMs.length > 0) return replied(target.rttsMs, packets);
  if (target.unreachable !== undefined) {
    return { ok: false, reason: 'unreachable', message: target.unreachable };
  }
  return {
    ok: false,
    reason: 'timeout',
    message: packets === 1 ? 'no reply' : `no reply to ${packets} packets`,
  };
}

/** Exit 0: all answered, 1: some did not, 2: a name did not resolve. Everything else is fping's own trouble. */
function faultOf(code: number | null, signal: string | null, complaint: string): string | undefined {
  if (code !== null && code <= 2) return undefined;
  const how = signal === null ? `ended with code ${code}` : `was ended by ${signal}`;
  return `fping ${how}${complaint === '' ? '' : `: ${cleanLine(complaint, 200)}`}`;
}
