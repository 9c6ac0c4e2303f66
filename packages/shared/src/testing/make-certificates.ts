import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Files in PEM. */
export type Certificates = { ca: string; cert: string; key: string };

/** An authority of its own, and a server's certificate that it has signed for this machine, unless for other `names`. */
export function makeCertificates(folder: string, names = "DNS:localhost,IP:127.0.0.1"): Certificates {
  mkdirSync(folder, { recursive: true });
  const run = (...args: string[]) => execFileSync("openssl", args, { cwd: folder, stdio: "pipe" });
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  writeFileSync(join(folder, "server.ext"), `subjectAltName=${names}\n`);
  run("req", "-x509", ...key, "-keyout", "ca.key", "-out", "ca.crt", "-days", "1", "-subj", "/CN=Longshore tests");
  run("req", ...key, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=Longshore test server");
  const signedBy = ["-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial"];
  run("x509", "-req", "-in", "server.csr", ...signedBy, "-out", "server.crt", "-days", "1", "-extfile", "server.ext");
  return { ca: join(folder, "ca.crt"), cert: join(folder, "server.crt"), key: join(folder, "server.key") };
}
