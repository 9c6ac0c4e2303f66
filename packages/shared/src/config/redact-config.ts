/** A copy of a configuration that is safe to print: passwords in URLs and values of secret-looking names are masked. */
export function redactConfig(config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(config).map(([name, value]) => [name, redactValue(name, value)]));
}

function redactValue(name: string, value: unknown): unknown {
  if (/secret|password|token|apiKey/i.test(name)) return "***";
  if (typeof value !== "string") return value;
  const sentinelPassword = /([?&]sentinelPassword=)[^&]*/;
  // The URL of several nodes is none to `URL`.
  if (!URL.canParse(value))
    return value.replace(/^([a-z][a-z\d+.-]*:\/\/[^:/@]*:).+@/i, "$1***@").replace(sentinelPassword, "$1***");
  const url = new URL(value);
  if (url.password) url.password = "***";
  return url.href.replace(sentinelPassword, "$1***");
}
