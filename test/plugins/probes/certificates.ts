import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export type KeyPair = Readonly<{ key: Buffer; cert: Buffer; certFile: string }>;

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** Certificates for tests, made by openssl in a folder of their own. */
export class Certificates {
  readonly #dir: string;
  readonly ca: KeyPair;

  constructor(dir: string) {
    this.#dir = dir;
    this.ca = this.selfSigned('authority', '/CN=Test authority', 30);
  }

  /** Signed by itself; for `DNS:localhost,IP:127.0.0.1` where names are given. */
  selfSigned(file: string, subject: string, days: number, names?: string): KeyPair {
    const extensions = names === undefined ? [] : ['-addext', `subjectAltName=${names}`];
    this.#openssl(
      'req',
      '-x509',
      ...NEW_KEY,
      ...this.#out(file),
      '-subj',
      subject,
      '-days',
      days,
      ...extensions,
    );
    return this.#read(file);
  }

  /** Signed by the authority; a negative number of days is one that has expired. */
  signed(file: string, names: string, days: number): KeyPair {
    const [request, extensions] = [join(this.#dir, `${file}.csr`), join(this.#dir, `${file}.ext`)];
    writeFileSync(extensions, `subjectAltName=${names}\n`);
    this.#openssl(
      'req',
      '-new',
      ...NEW_KEY,
      '-keyout',
      join(this.#dir, `${file}.key`),
      '-out',
      request,
      '-subj',
      '/CN=x',
    );
    const [ca, caKey] = [join(this.#dir, 'authority.crt'), join(this.#dir, 'authority.key')];
    const by = ['-CA', ca, '-CAkey', caKey, '-CAcreateserial', '-extfile', extensions];
    this.#openssl(
      'x509',
      '-req',
      '-in',
      request,
      ...by,
      '-days',
      days,
      '-out',
      join(this.#dir, `${file}.crt`),
    );
    return this.#read(file);
  }

  #out(file: string): string[] {
    return ['-keyout', join(this.#dir, `${file}.key`), '-out', join(this.#dir, `${file}.crt`)];
  }

  #read(file: string): KeyPair {
    const certFile = join(this.#dir, `${file}.crt`);
    return { key: readFileSync(join(this.#dir, `${file}.key`)), cert: readFileSync(certFile), certFile };
  }

  #openssl(...args: (string | number)[]): void {
    execFileSync('openssl', args.map(String), { stdio: 'pipe' });
  }
}
