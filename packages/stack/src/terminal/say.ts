/** Receives a line for a person. */
export type Say = (line: string) => void;

export const say: Say = (line) => void process.stdout.write(`${line}\n`);

/** The same on the error stream, for commands whose output a program reads. */
export const sayAside: Say = (line) => void process.stderr.write(`${line}\n`);
