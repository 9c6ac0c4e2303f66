import { isAnswered } from "./is-answered.ts";

/** Whether `GET /livez` answers 200 within the time that a probe of `deploy/kubernetes` gives it. */
export const isAppLive = (baseUrl: string) => isAnswered(`${baseUrl}/livez`, 3_000);
