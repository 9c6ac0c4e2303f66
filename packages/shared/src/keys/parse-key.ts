export type ApiKey = { id: string; secret: string };

/** The secret is at least 256 bits in base64url, or in hex, as `openssl rand -hex 32` makes them. */
const format = /^lsk_([a-z0-9]{8,32})_([A-Za-z0-9_-]{43,128})$/;

/** The parts of a key `lsk_<id>_<secret>`; undefined if it is none. */
export function parseKey(text: string): ApiKey | undefined {
  const [, id, secret] = format.exec(text) ?? [];
  return id && secret ? { id, secret } : undefined;
}
