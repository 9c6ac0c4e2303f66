import { readApiConfig, type ApiConfig } from "@longshore/api/config";

/** What a peer that is run like the API is told. */
export function readPeerConfig(): Readonly<ApiConfig> {
  return readApiConfig(process.env);
}
