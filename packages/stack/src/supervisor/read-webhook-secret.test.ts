import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { outboundEnvironment } from "@longshore/shared/config/environment";
import { parseConfig } from "@longshore/shared/config/parse-config";
import { expect, onTestFinished, test } from "vitest";
import { readWebhookSecret } from "./read-webhook-secret.ts";

test("a data directory has one secret for its webhooks, for its owner's eyes and as the apps take it", () => {
  const dataDir = mkdtempSync(join(tmpdir(), "longshore-secret-"));
  onTestFinished(() => rmSync(dataDir, { recursive: true }));
  const secret = readWebhookSecret(dataDir);
  expect(readWebhookSecret(dataDir)).toBe(secret);
  expect(statSync(join(dataDir, "webhook-secret")).mode & 0o777).toBe(0o600);
  expect(parseConfig(outboundEnvironment, { WEBHOOK_SECRET: secret }).WEBHOOK_SECRET).toEqual([secret]);
});
