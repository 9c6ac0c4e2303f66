/** Whether a probe is answered 200 in time. */
export async function isAnswered(url: string, withinMs: number): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(withinMs) });
    await response.body?.cancel();
    return response.status === 200;
  } catch {
    return false;
  }
}
