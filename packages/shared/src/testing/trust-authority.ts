import { readFileSync } from "node:fs";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import type { Certificates } from "./make-certificates.ts";

/** Has this process trust what that authority signs, from now on, as `NODE_EXTRA_CA_CERTS` would from its start. */
export function trustAuthority({ ca }: Certificates): void {
  setDefaultCACertificates([...getCACertificates("default"), readFileSync(ca, "utf8")]);
}
