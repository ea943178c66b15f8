/** What people need to hear about OpenSSL's and Node's codes. */
const WORDS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'the certificate has expired',
  CERT_NOT_YET_VALID: 'the certificate is not valid yet',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'the certificate chain ends in an unknown authority',
  UNABLE_TO_GET_ISSUER_CERT: 'the issuer of the certificate is unknown',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'the issuer of the certificate is unknown',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the server does not send the intermediate certificate',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate is for another name',
  CERT_REVOKED: 'the certificate was revoked',
  CERT_SIGNATURE_FAILURE: 'the signature of the certificate is wrong',
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: 'the server speaks no TLS version that is new enough',
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'the server speaks no TLS version that is new enough',
  ERR_SSL_WRONG_VERSION_NUMBER: 'what answers on this port is not TLS',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'what answers on this port is not TLS',
  ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL: 'the server does not offer the protocol (ALPN)',
  ERR_SSL_TLSV1_UNRECOGNIZED_NAME: 'the server does not know the name',
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: 'the server refused the handshake',
};

/** OpenSSL's own reason inside of what Node makes of it; while writing, the code is only EPROTO. */
const REASON = /:SSL routines:[^:]*:([^:]+):/;

/** An error of TLS in words with its code; `undefined` where the error is about something else. */
export function wordsOfTlsError(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const reason = REASON.exec(error.message)?.[1];
  if (reason === undefined) return wordsOfTlsCode(String((error as { code?: unknown }).code));
  const code = `ERR_SSL_${reason.toUpperCase().replaceAll(' ', '_')}`;
  return wordsOfTlsCode(code) ?? `the TLS handshake failed: ${reason}`;
}

/** The same for the code alone. */
export function wordsOfTlsCode(code: string): string | undefined {
  const words = WORDS[code];
  return words === undefined ? undefined : `${words} (${code})`;
}
