import { readFile, stat } from 'node:fs/promises';
import type { Duplex } from 'node:stream';
import { cleanLine, messageOf, type Secret, type SshAccess } from 'netheal/plugin';
import ssh2, { type AnyAuthMethod, type ParsedKey, type Prompt } from 'ssh2';

/** What there is to log in with, made ready before the connection is opened. */
export type Credentials = Readonly<{
  key: ParsedKey | null;
  agent: Agent | null;
  password: Secret | null;
  /** What cannot be used, and why. */
  notes: readonly string[];
}>;

type Offer = Readonly<{ method: AnyAuthMethod['type']; label: string; make: () => AnyAuthMethod }>;
type AuthHandler = (methodsLeft: readonly string[] | null, partial: boolean | null) => AnyAuthMethod | false;

/** An agent whose sockets we hold, so that one which never answers leaves nothing open. */
export class Agent extends ssh2.OpenSSHAgent {
  readonly #streams = new Set<Duplex>();

  override getStream(callback: (error?: Error | null, stream?: Duplex) => void): void {
    super.getStream((error, stream) => {
      if (stream) {
        this.#streams.add(stream);
        stream.once('close', () => this.#streams.delete(stream));
      }
      callback(error, stream);
    });
  }

  /** Cuts every open question to the agent. */
  destroy(): void {
    for (const stream of this.#streams) stream.destroy();
  }
}

/** Reads the key and finds the agent. Never fails: what is unusable becomes a note. */
export async function loadCredentials(access: SshAccess): Promise<Credentials> {
  const notes: string[] = [];
  let key: ParsedKey | null = null;
  if (access.privateKey !== undefined) {
    const loaded = await loadKey(access.privateKey, access.passphrase);
    if (typeof loaded === 'string') notes.push(loaded);
    else key = loaded;
  }
  const socket = access.agent === false ? undefined : (access.agent ?? process.env.SSH_AUTH_SOCK);
  return { key, agent: socket ? new Agent(socket) : null, password: access.password ?? null, notes };
}

// Opening an encrypted key takes 0.3 s during which nothing else runs: once a change of the file is enough.
const opened = new Map<string, Readonly<{ version: string; passphrase: Secret; key: ParsedKey }>>();

/** The private key of a file, or in words why there is none. */
async function loadKey(path: string, passphrase: Secret | undefined): Promise<ParsedKey | string> {
  try {
    const { mtimeMs, size } = await stat(path);
    const version = `${mtimeMs} ${size}`;
    const cached = opened.get(path);
    if (cached?.version === version && cached.passphrase === passphrase) return cached.key;
    const key = parsePrivateKey(await readFile(path), path, passphrase);
    if (passphrase && typeof key !== 'string') opened.set(path, { version, passphrase, key });
    return key;
  } catch (error) {
    return `private key ${path} cannot be read: ${messageOf(error)}`;
  }
}

function parsePrivateKey(text: Buffer, path: string, passphrase: Secret | undefined): ParsedKey | string {
  const parsed: ParsedKey | Error | (ParsedKey | Error)[] = ssh2.utils.parseKey(text, passphrase?.reveal());
  const key = Array.isArray(parsed) ? parsed[0] : parsed;
  if (key === undefined) return `private key ${path} holds no key`;
  if (!(key instanceof Error))
    return key.isPrivateKey() ? key : `${path} is a public key; name the private one`;
  if (/no passphrase/i.test(key.message))
    return `private key ${path} is encrypted and no passphrase is given`;
  if (passphrase && /passphrase|integrity|decrypt|malformed/i.test(key.message))
    return `the passphrase does not fit private key ${path}`;
  return `private key ${path} cannot be used: ${cleanLine(key.message, 200)}`;
}

/** Leads one login: what is offered next, and what to say when nothing is left. */
export class Login {
  readonly #access: SshAccess;
  readonly #name: () => string;
  readonly #credentials: Credentials;
  readonly #remaining: Offer[];
  readonly #tried: string[] = [];
  readonly #giveUp: (message: string) => void;
  #listed: readonly string[] = [];

  /** `name` is asked for once the server has said what it is: some want more than the plain name of the user. */
  constructor(
    access: SshAccess,
    name: () => string,
    credentials: Credentials,
    giveUp: (message: string) => void,
  ) {
    this.#access = access;
    this.#name = name;
    this.#credentials = credentials;
    this.#giveUp = giveUp;
    this.#remaining = this.#offers();
  }

  /** Asks `none` first to learn the methods, then offers only those the server lists, keys before passwords. */
  readonly next: AuthHandler = (methodsLeft) => {
    if (methodsLeft === null) return { type: 'none', username: this.#name() };
    this.#listed = methodsLeft;
    const accepts = (offer: Offer) =>
      methodsLeft.includes(offer.method === 'agent' ? 'publickey' : offer.method);
    const offer = this.#remaining.find(accepts);
    if (offer === undefined) {
      this.#giveUp(this.failure());
      return false;
    }
    this.#remaining.splice(this.#remaining.indexOf(offer), 1);
    // One wrong password counts once: asking for it again in another way brings lock-outs nearer.
    if (offer.label === 'password') this.#withdraw('password');
    this.#tried.push(offer.label);
    return offer.make();
  };

  /** Why the login failed, with everything that was tried and what could not be. */
  failure(): string {
    const tried = this.#tried.length > 0 ? `tried ${this.#tried.join(', then ')}` : 'had nothing to offer';
    const listed =
      this.#listed.length > 0 ? `; the server takes ${cleanLine(this.#listed.join(', '), 200)}` : '';
    const notes = this.#credentials.notes.map((note) => `; ${note}`).join('');
    return `${this.#access.username} was not let in: ${tried}${listed}${notes}`;
  }

  #withdraw(label: string): void {
    const kept = this.#remaining.filter((offer) => offer.label !== label);
    this.#remaining.splice(0, this.#remaining.length, ...kept);
  }

  /** The configured key comes before the agent: an agent full of other keys can use up a server's patience. */
  #offers(): Offer[] {
    const { privateKey } = this.#access;
    const { key, agent, password } = this.#credentials;
    const offers: Offer[] = [];
    if (key)
      offers.push({
        method: 'publickey',
        label: `key ${privateKey}`,
        make: () => ({ type: 'publickey', username: this.#name(), key }),
      });
    if (agent)
      offers.push({
        method: 'agent',
        label: 'agent',
        make: () => ({ type: 'agent', username: this.#name(), agent }),
      });
    if (password) {
      const label = 'password';
      offers.push({
        method: 'password',
        label,
        make: () => ({ type: 'password', username: this.#name(), password: password.reveal() }),
      });
      offers.push({
        method: 'keyboard-interactive',
        label,
        make: () => ({ type: 'keyboard-interactive', username: this.#name(), prompt: this.#answer }),
      });
    }
    return offers;
  }

  #answered = false;

  /** Answers one question for the password, once. Anything else asked (a one-time code) is not ours to guess. */
  readonly #answer = (
    _name: string,
    _instructions: string,
    _language: string,
    prompts: Prompt[],
    finish: (answers: string[]) => void,
  ): void => {
    const question = prompts[0];
    if (
      prompts.length !== 1 ||
      question === undefined ||
      question.echo ||
      !/password/i.test(question.prompt)
    ) {
      const asked = prompts.map((prompt) => cleanLine(prompt.prompt.trim(), 80)).join('", "');
      this.#giveUp(`the server asks "${asked}", which only a person can answer`);
    } else if (this.#answered) this.#giveUp('the server asks for the password again: it is wrong');
    else {
      this.#answered = true;
      finish([this.#credentials.password?.reveal() ?? '']);
    }
  };
}
