import type { Algorithms, ServerHostKeyAlgorithm } from 'ssh2';

const HOST_KEYS: readonly ServerHostKeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
];

/** What `legacy: true` adds, always after everything else. */
const LEGACY = {
  kex: [
    'diffie-hellman-group-exchange-sha1',
    'diffie-hellman-group14-sha1',
    'diffie-hellman-group1-sha1',
  ] as const,
  cipher: ['aes256-cbc', 'aes192-cbc', 'aes128-cbc', '3des-cbc'] as const,
  hmac: ['hmac-sha1-96', 'hmac-md5'] as const,
  serverHostKey: ['ssh-rsa', 'ssh-dss'] as const,
};

/** Said in the transcript of every session that may use them. */
export const LEGACY_WARNING =
  'legacy: true allows SHA-1 key exchange, ssh-rsa host keys and CBC ciphers: use it only on a management network';

/**
 * The algorithms to offer. Key types already known for the host come first: a server with several keys must show
 * the one we can check.
 */
export function algorithmsFor(legacy: boolean, knownKeyTypes: readonly string[]): Algorithms {
  const all = legacy ? [...HOST_KEYS, ...LEGACY.serverHostKey] : HOST_KEYS;
  const known = knownKeyTypes.flatMap((type) =>
    type === 'ssh-rsa' ? ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'] : [type],
  );
  const first = all.filter((name) => known.includes(name));
  const serverHostKey = [...first, ...all.filter((name) => !first.includes(name))];
  if (!legacy) return { serverHostKey };
  return {
    serverHostKey,
    kex: { append: [...LEGACY.kex], prepend: [], remove: [] },
    cipher: { append: [...LEGACY.cipher], prepend: [], remove: [] },
    hmac: { append: [...LEGACY.hmac], prepend: [], remove: [] },
  };
}
