import { once } from "node:events";
import { kill } from "node:process";
import { waitFor } from "@longshore/shared/testing/wait-for";
import type { FaultStack } from "../start-fault-stack.ts";

export type Heap = Disposable & {
  /** The bytes that are in use when what is garbage has been collected, with what buffers hold outside of the heap. */
  read(): Promise<number>;
};

/** What lets the inspectors of many processes be open at once. */
export const inspectable = { NODE_OPTIONS: "--inspect-port=0" };

const held = "(({ heapUsed, external }) => heapUsed + external)(process.memoryUsage())";

/** Watches the heap of that process, by its inspector, which SIGUSR1 opens; what dies meanwhile cannot be read any more. */
export async function watchHeap(stack: FaultStack, name: string): Promise<Heap> {
  kill(stack.pid(name), "SIGUSR1");
  const address = await waitFor(`the inspector of ${name}`, async () =>
    stack
      .readLog(name)
      .flatMap((line) => /^Debugger listening on (ws:\S+)/.exec(line)?.[1] ?? [])
      .at(-1),
  );
  const socket = new WebSocket(address);
  await once(socket, "open");
  let calls = 0;

  async function call<Result>(method: string, params = {}): Promise<Result> {
    calls += 1;
    const answered = once(socket, "message", { signal: AbortSignal.timeout(20_000) });
    socket.send(JSON.stringify({ id: calls, method, params }));
    const [{ data }] = (await answered) as [{ data: string }];
    return (JSON.parse(data) as { result: Result }).result;
  }

  return {
    async read() {
      await call("HeapProfiler.collectGarbage");
      const { result } = await call<{ result: { value: number } }>("Runtime.evaluate", { expression: held });
      return result.value;
    },
    [Symbol.dispose]: () => socket.close(),
  };
}
