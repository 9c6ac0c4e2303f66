const maxLineBytes = 8 * 1024;
const maxFieldsBytes = 4 * 1024;
const shownOfCutFields = 1_000;
const cutMark = "… (cut)";

/** A line as it can be stored: at most 8 KiB, and nothing in it that PostgreSQL refuses. `fields` is JSON text. */
export type LogLineText = { message: string; fields: string | null };

/** Shapes whatever a handler logs. What is too long is cut and says so; what cannot be stored is replaced by U+FFFD. */
export function shapeLogLine(message: unknown, fields: unknown): LogLineText {
  const json = fields === undefined || fields === null ? null : shapeFields(fields);
  const left = maxLineBytes - Buffer.byteLength(json ?? "");
  return { message: cut(String(message).toWellFormed().replaceAll("\0", "\ufffd"), left), fields: json };
}

function shapeFields(fields: unknown): string {
  const json = storable(toJson(fields));
  const object = json.startsWith("{") ? json : `{"value":${json}}`;
  if (Buffer.byteLength(object) <= maxFieldsBytes) return object;
  return JSON.stringify({ cut: object.slice(0, shownOfCutFields).toWellFormed() + cutMark });
}

function toJson(value: unknown): string {
  try {
    return JSON.stringify(value, describe) ?? "null";
  } catch (error) {
    return JSON.stringify({ unreadable: (error as Error).message });
  }
}

/** What JSON has no form for, but people log. */
function describe(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return String(value);
  if (!(value instanceof Error)) return value;
  const { name, message, stack } = value;
  return { name, message, code: (value as { code?: unknown }).code, stack };
}

/** NUL and lone surrogates are escapes in JSON text; a backslash that is escaped itself begins none. */
function storable(json: string): string {
  return json.replaceAll(/\\(?:\\|u0000|ud[89a-f][0-9a-f]{2})/g, (escape) => (escape === "\\\\" ? escape : "\ufffd"));
}

function cut(text: string, maxBytes: number): string {
  if (Buffer.byteLength(text) <= maxBytes) return text;
  const start = Buffer.from(text).subarray(0, maxBytes - Buffer.byteLength(cutMark));
  return start.toString().replace(/\ufffd+$/, "") + cutMark;
}
