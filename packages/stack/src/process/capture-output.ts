import { spawn, type SpawnOptions } from "node:child_process";

export type Captured = {
  isOk: boolean;
  /** All that it printed, and last what ended it if that was not its own decision. */
  output: string;
};

/** Runs a program to its end and keeps what it prints. */
export async function captureOutput(
  command: string,
  args: readonly string[],
  options: SpawnOptions,
): Promise<Captured> {
  const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  }
  return new Promise((resolve) => {
    child.once("error", (error) => resolve({ isOk: false, output: error.message }));
    child.once("close", (code, signal) =>
      resolve({ isOk: code === 0, output: signal ? `${output}\n${signal}` : output }),
    );
  });
}
