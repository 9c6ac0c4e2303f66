import type { z } from "zod";

type Issue = Parameters<z.core.$ZodErrorMap>[0];

const formats: Readonly<Record<string, string>> = {
  date: "a date such as 2026-01-31",
  datetime: "an RFC 3339 time such as 2026-01-31T12:00:00Z",
  email: "an email address",
  url: "a URL",
  uuid: "a UUID",
};

/** What is wrong with a value, for a person who sees its pointer and does not know zod. A schema's own message wins. */
export function issueMessage(issue: Issue): string | undefined {
  if (issue.code.startsWith("invalid_") && issue.input === undefined) return "is required";
  switch (issue.code) {
    case "invalid_type":
      return `must be ${expectedType(issue.expected)}, not ${typeName(issue.input, issue.expected)}`;
    case "invalid_value":
      return `must be ${oneOf(issue.values)}`;
    case "invalid_union":
      return Array.isArray(issue["options"]) ? `must be ${oneOf(issue["options"])}` : "has none of the accepted shapes";
    case "invalid_format":
      return `must be ${formats[issue.format] ?? (issue.pattern ? `text that matches ${issue.pattern}` : `a valid ${issue.format}`)}`;
    case "too_small":
      return `must ${bound(issue.origin, issue.inclusive === false ? "more than" : "at least", issue.minimum)}`;
    case "too_big":
      return `must ${bound(issue.origin, issue.inclusive === false ? "less than" : "at most", issue.maximum)}`;
    case "not_multiple_of":
      return `must be a multiple of ${issue.divisor}`;
    default:
      return undefined;
  }
}

function expectedType(expected: string): string {
  if (expected === "int") return "a whole number";
  if (expected === "record") return "an object";
  return /^[aeiou]/.test(expected) ? `an ${expected}` : `a ${expected}`;
}

function typeName(input: unknown, expected: string): string {
  if (input === null) return "null";
  if (Array.isArray(input)) return "an array";
  if (expected === "int" && typeof input === "number") return "a fraction";
  return expectedType(typeof input);
}

function oneOf(values: readonly unknown[]): string {
  const listed = values.map((value) => JSON.stringify(value)).join(", ");
  return values.length === 1 ? listed : `one of ${listed}`;
}

function bound(origin: string, relation: string, limit: number | bigint): string {
  if (origin === "string") return `have ${relation} ${limit} ${limit === 1 ? "character" : "characters"}`;
  if (origin === "array" || origin === "set") return `have ${relation} ${limit} ${limit === 1 ? "item" : "items"}`;
  return `be ${relation} ${limit}`;
}
