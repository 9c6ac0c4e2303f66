const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `90d`, `12h` or `30m` in milliseconds; undefined if it is none of these. */
export function parseLifetime(text: string): number | undefined {
  const [, number, unit] = /^([1-9]\d{0,5})([mhd])$/.exec(text) ?? [];
  return number && unit ? Number(number) * unitMs[unit as keyof typeof unitMs] : undefined;
}
