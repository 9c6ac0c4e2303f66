import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What this data directory's webhooks are signed with, made at random the first time and readable for its owner alone. */
export function readWebhookSecret(dataDir: string): string {
  const file = join(dataDir, "webhook-secret");
  if (!existsSync(file)) writeFileSync(file, `whsec_${randomBytes(32).toString("base64")}`, { mode: 0o600 });
  return readFileSync(file, "utf8");
}
