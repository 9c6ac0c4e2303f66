import { hash } from "node:crypto";

/** What is stored of a key. A secret of 256 random bits cannot be guessed, so nothing is won by a hash that is slow. */
export function hashSecret(secret: string): Buffer {
  return hash("sha256", secret, "buffer");
}
