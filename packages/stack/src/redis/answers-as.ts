import { Redis } from "ioredis";

/** Whether this very process answers and has loaded its data; another one may have been quicker to take the port. */
export async function answersAs(pid: number, url: string): Promise<boolean> {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: null, connectTimeout: 5_000 });
  client.on("error", () => {});
  try {
    await client.connect();
    return (await client.info("server")).includes(`process_id:${pid}\r\n`);
  } catch {
    return false;
  } finally {
    client.disconnect();
  }
}
