/** Whether `GET /livez` answers 200 within the time that a probe of `deploy/kubernetes` gives it. */
export async function isAppLive(baseUrl: string): Promise<boolean> {
  try {
    const response = await fetch(`${baseUrl}/livez`, { signal: AbortSignal.timeout(3_000) });
    await response.body?.cancel();
    return response.status === 200;
  } catch {
    return false;
  }
}
