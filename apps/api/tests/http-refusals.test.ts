import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { waitFor } from "@longshore/shared/testing/wait-for";
import { openRaw, startFixture, type Fixture } from "./http-fixture.ts";

const run = promisify(execFile);

let fixture: Fixture;
beforeAll(async () => void (fixture = await startFixture()));
afterAll(() => fixture.close());

function head(path: string, ...headers: string[]): string[] {
  return [`POST ${path} HTTP/1.1`, "Host: localhost", ...headers];
}

const csv = "Content-Type: text/csv";
const megabyte = Buffer.alloc(1_000_000, "x");

/** The ways to be refused before the body was read, or while it was. */
const refusals = [
  ["/v1/uploads/refuse", csv, 422],
  ["/v1/uploads/interrupt", csv, 413],
  ["/v1/uploads/count", "Content-Type: image/png", 415],
  ["/v1/uploads/other", csv, 404],
  ["/v1/nothing", csv, 404],
  ["/v1/failures/bug", csv, 405],
] as const;

describe("a request that is refused while its body is still being sent", () => {
  test.each(refusals)(
    "%s (%s) is answered to a client that sends all of it before it reads",
    async (path, type, status) => {
      const { socket, closed } = openRaw(fixture.port, head(path, type, `Content-Length: ${20 * megabyte.length}`));
      socket.pause();
      for (let sent = 0; sent < 20; sent += 1) await new Promise((resolve) => socket.write(megabyte, resolve));
      socket.resume();
      const answer = await closed;
      expect(answer).toContain(`HTTP/1.1 ${status} `);
      expect(answer).toContain("Connection: close");
      expect(answer).toContain(`"status":${status}`);
      socket.destroy();
    },
  );

  test("is cut off in the end if the client does not stop", async () => {
    const { socket, closed } = openRaw(fixture.port, head("/v1/uploads/refuse", csv, "Transfer-Encoding: chunked"));
    const chunk = Buffer.concat([Buffer.from(`${megabyte.length.toString(16)}\r\n`), megabyte, Buffer.from("\r\n")]);
    const send = () => {
      while (socket.write(chunk));
    };
    socket.on("drain", send);
    send();
    expect(await closed).toContain("HTTP/1.1 422 ");
    expect(socket.bytesWritten).toBeGreaterThan(64_000_000);
    socket.off("drain", send).destroy();
  });

  test("keeps its connection if little was still to come", async () => {
    const { socket, received } = openRaw(fixture.port, head("/v1/nothing", csv, "Content-Length: 10"));
    await waitFor("the answer", async () => received().includes("HTTP/1.1 404 "));
    expect(received()).not.toContain("Connection: close");
    socket.write(`0123456789GET /v1/none HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    await waitFor("the answer", async () => received().includes('"instance":"/v1/none"'));
    socket.destroy();
  });
});

describe("Expect: 100-continue", () => {
  const expecting = [csv, "Content-Length: 10", "Expect: 100-continue"];

  test("is answered with 100 when the body is about to be read", async () => {
    const { socket, received } = openRaw(fixture.port, head("/v1/uploads/count", ...expecting));
    await waitFor("the answer", async () => received() === "HTTP/1.1 100 Continue\r\n\r\n");
    socket.write("0123456789");
    await waitFor("the answer", async () => received().includes('"bytes":10'));
    socket.destroy();
  });

  test.each(refusals.filter(([path]) => path !== "/v1/uploads/interrupt"))(
    "is answered at once by the refusal of %s (%s), so that nothing is uploaded",
    async (path, type, status) => {
      const { socket, received } = openRaw(fixture.port, head(path, type, ...expecting.slice(1)));
      await waitFor("the answer", async () => received().includes(`"status":${status}`));
      expect(received()).not.toContain("100 Continue");
      socket.destroy();
    },
  );
});

test("a client that leaves in the middle of its upload fails it as incomplete", async () => {
  fixture.seen.uploadError = undefined;
  const { socket } = openRaw(fixture.port, head("/v1/uploads/count", csv, "Content-Length: 100"));
  socket.write("half");
  await waitFor("what was sent", async () => fixture.seen.uploaded === 4);
  socket.destroy();
  const error = await waitFor("the upload to fail", async () => fixture.seen.uploadError);
  expect(error).toMatchObject({ code: "upload_incomplete" });
});

test("a client that leaves before its upload was read does no harm", async () => {
  const { socket, received } = openRaw(fixture.port, head("/v1/uploads/refuse", csv, "Content-Length: 100000"));
  await waitFor("the answer", async () => received().includes("HTTP/1.1 422 "));
  socket.resetAndDestroy();
  expect((await fetch(`${fixture.url}/v1/nothing`)).status).toBe(404);
});

describe("curl", async () => {
  const curl = await run("curl", ["--version"]).then(
    () => true,
    () => false,
  );
  let directory: string;
  let file: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "refusals-"));
    file = join(directory, "rows.csv");
    await writeFile(file, Buffer.concat(Array(20).fill(megabyte)));
  });
  afterAll(() => rm(directory, { recursive: true }));

  const cases = refusals.flatMap(([path, type, status]) =>
    ["X-As-Is: 1", "Expect:"].map((header) => [path, type, status, header] as const),
  );
  test.skipIf(!curl).for(cases)(
    "uploading 20 MB to %s (%s) shows the %i (%s)",
    async ([path, type, status, header]) => {
      const options = ["-s", "-X", "POST", "-T", file, "-H", type, "-H", header, "-w", "\n%{http_code}"];
      const { stdout } = await run("curl", [...options, fixture.url + path]);
      const [problem = "", code] = stdout.split("\n");
      expect(Number(code)).toBe(status);
      expect(JSON.parse(problem)).toMatchObject({ status });
    },
  );
});
