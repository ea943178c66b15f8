import { connect, type Socket } from 'node:net';
import type { ResolvedAddress } from 'netheal/plugin';
import type { Deadline } from './lanes.ts';

/**
 * One TCP connection under one deadline. Whatever ends it (an error, the other side, the time, the caller) rejects the
 * step that waits at that moment, and every later one.
 */
export class Connection {
  readonly socket: Socket;
  /** Time of the TCP handshake. */
  rttMs = 0;
  /** What has come, not yet taken by `read`. */
  #received = Buffer.alloc(0);
  #ended: Error | null = null;
  #waiting: ((error: Error) => void) | null = null;
  readonly #stopWatching: () => void;

  /** Rejects with the error of the socket, or `code` ETIMEDOUT or ABORT_ERR. */
  static async open(to: ResolvedAddress, port: number, deadline: Deadline): Promise<Connection> {
    const startedMonoMs = performance.now();
    const connection = new Connection(connect({ host: to.address, port }), deadline);
    await connection.until<void>((done) => connection.socket.once('connect', done));
    connection.rttMs = performance.now() - startedMonoMs;
    return connection;
  }

  private constructor(socket: Socket, { leftMs, signal }: Deadline) {
    this.socket = socket;
    const cancel = () => this.end(withCode('the check was cancelled', 'ABORT_ERR'));
    const timer = setTimeout(() => this.end(withCode('no answer in time', 'ETIMEDOUT')), leftMs());
    signal.addEventListener('abort', cancel, { once: true });
    this.#stopWatching = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', cancel);
    };
    // Stays for good: a late error of a destroyed socket must not end the process.
    socket.on('error', (error) => this.end(error));
    socket.once('close', () => this.end(new Error('the connection was closed')));
  }

  /** Waits for `start` to call `done`; rejects when the connection ends before. */
  until<T>(start: (done: (value: T) => void) => void): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#ended) return reject(this.#ended);
      this.#waiting = reject;
      start((value) => {
        this.#waiting = null;
        resolve(value);
      });
    });
  }

  send(text: string): void {
    this.socket.write(text);
  }

  /** Reads until `find` answers something for what has come so far, and takes it all. */
  async read<T>(find: (text: string) => T | undefined, mostBytes: number): Promise<T> {
    let onData: ((chunk: Buffer) => void) | undefined;
    let onEnd: (() => void) | undefined;
    try {
      return await this.until<T>((done) => {
        onData = (chunk) => {
          this.#received = Buffer.concat([this.#received, chunk]).subarray(0, mostBytes);
          const found = find(this.#received.toString('utf8'));
          if (found !== undefined) done(found);
          else if (this.#received.length >= mostBytes)
            this.end(new Error(`not found in the first ${mostBytes} bytes`));
        };
        onEnd = () => this.end(new Error('the connection was closed'));
        this.socket.on('data', onData).once('end', onEnd).resume();
      });
    } finally {
      // Paused and unheard, the socket can be handed to TLS.
      this.socket.pause();
      if (onData) this.socket.off('data', onData);
      if (onEnd) this.socket.off('end', onEnd);
    }
  }

  /** What has come and was read so far. */
  get received(): string {
    return this.#received.toString('utf8');
  }

  /** Begins a new answer: what has come before is forgotten. */
  forget(): void {
    this.#received = Buffer.alloc(0);
  }

  close(): void {
    this.end(new Error('closed'));
  }

  /** Ends it for a reason, e.g. one that TLS above it found. */
  end(error: Error): void {
    if (this.#ended) return;
    this.#ended = error;
    this.#stopWatching();
    this.socket.destroy();
    this.#waiting?.(error);
  }
}

function withCode(message: string, code: string): Error {
  return Object.assign(new Error(message), { code });
}
