import { spawn } from "node:child_process";

/** Runs a program behind one line of progress; its output is shown only when it fails. */
export async function runQuietly(title, program, args, options) {
  const startedAt = Date.now();
  process.stderr.write(`${title} … `);
  const child = spawn(program, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
  const output = [];
  child.stdout.on("data", (data) => output.push(data));
  child.stderr.on("data", (data) => output.push(data));

  const outcome = await endingWith(child);
  if (outcome === "0") {
    process.stderr.write(`${((Date.now() - startedAt) / 1000).toFixed(1)} s\n`);
    return;
  }
  process.stderr.write("failed\n\n");
  throw new Error(`${program} ${args.join(" ")}\nended with ${outcome}:\n\n${Buffer.concat(output).toString().trim()}`);
}

/** The child's exit code, or what ended it; a bootstrap that is told to stop takes the child along. */
async function endingWith(child) {
  const stop = (signal) => child.kill(signal);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, stop);
  try {
    return await new Promise((resolve) => {
      child.once("error", (error) => resolve(error.message));
      child.once("close", (code, signal) => resolve(String(code ?? signal)));
    });
  } finally {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.off(signal, stop);
  }
}
