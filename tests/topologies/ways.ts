import { hasOpenssl } from "@longshore/shared/testing/has-openssl";

const plain = { by: "without TLS", isEncrypted: false };
const encrypted = { by: "with TLS", isEncrypted: true };

/** How a topology of several servers is spoken to, each time under a password. */
export const ways = hasOpenssl() ? [plain, encrypted] : [plain];
