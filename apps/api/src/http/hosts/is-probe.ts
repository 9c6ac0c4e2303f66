const probes = new Set(["/livez", "/readyz"]);

/** Whether a path is for whoever runs the process, which calls it by its address and under any name. */
export function isProbe(path: string): boolean {
  return probes.has(path);
}
