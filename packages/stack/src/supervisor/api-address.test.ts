import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import type { StackConfig } from "../config.ts";
import { requireFreePort, urlOf } from "./api-address.ts";

function config(port: number): StackConfig {
  return { HOST: "127.0.0.1", PORT: port, WORKERS: 0, LONGSHORE_DATA_DIR: "unused", LONGSHORE_DEMO: false };
}

describe("requireFreePort", () => {
  test("names a busy port and the way out", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => void server.close());
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    await expect(requireFreePort(config(port))).rejects.toThrow(`Port ${port} of 127.0.0.1 is in use`);
    await expect(requireFreePort(config(port))).rejects.toThrow(`PORT=${port + 1} npm start`);
  });

  test("finds a port when asked for any", async () => {
    expect(await requireFreePort(config(0))).toBeGreaterThan(0);
  });
});

describe("urlOf", () => {
  test("calls a wildcard address by its loopback", () => {
    expect(urlOf("0.0.0.0", 80)).toBe("http://127.0.0.1:80");
    expect(urlOf("::", 80)).toBe("http://[::1]:80");
    expect(urlOf("10.0.0.7", 80)).toBe("http://10.0.0.7:80");
  });
});
