import { isAnswered } from "./is-answered.ts";

/** Whether `GET /readyz` answers 200. */
export const isAppReady = (baseUrl: string) => isAnswered(`${baseUrl}/readyz`, 2_000);
