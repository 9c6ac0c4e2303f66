import type { Contracts } from "@longshore/shared/jobs/contracts";
import type { PayloadOf } from "@longshore/shared/jobs/define-job";
import type { JobHandler } from "./define-handler.ts";

type Payload = PayloadOf<Contracts["records.transform"]>;
type Fields = NonNullable<Payload["record"]>;
type Operation = Payload["operations"][number];
type Rewrite = (text: string) => string;

const rewrites: Record<Operation["op"], Rewrite> = {
  upper: (text) => text.toUpperCase(),
  lower: (text) => text.toLowerCase(),
  title: (text) => text.toLowerCase().replaceAll(/(?<![\p{L}\p{M}\p{N}'’])\p{L}/gu, (letter) => letter.toUpperCase()),
  trim: (text) => text.trim(),
  squeeze: (text) => text.trim().replaceAll(/\s+/gu, " "),
  reverse: (text) =>
    Array.from(graphemes.segment(text), ({ segment }) => segment)
      .toReversed()
      .join(""),
};

/** What a reader takes for one character, however many code points it is. */
const graphemes = new Intl.Segmenter();

export const handleRecordsTransform: JobHandler<Contracts["records.transform"]> = async (payload) => {
  const { record, records, operations } = payload;
  if (record) return { record: transform(record, operations) };
  return { records: records?.map((each) => transform(each, operations)) };
};

function transform(record: Fields, operations: readonly Operation[]): Fields {
  const steps = operations.flatMap(({ op, at }) =>
    at.map((pointer) => ({ path: toPath(pointer), rewrite: rewrites[op] })),
  );
  return steps.reduce<Fields>((each, { path, rewrite }) => rewriteAt(each, path, rewrite) as Fields, record);
}

/** A copy in which all text at `path`, or below it, is rewritten; where there is no such place, nothing is. */
function rewriteAt(value: unknown, path: readonly string[], rewrite: Rewrite): unknown {
  const [key, ...rest] = path;
  if (typeof value === "string") return key === undefined ? rewrite(value) : value;
  if (typeof value !== "object" || value === null) return value;
  const child = (name: string, node: unknown) =>
    key === undefined || key === name ? rewriteAt(node, rest, rewrite) : node;
  if (Array.isArray(value)) return value.map((item, index) => child(String(index), item));
  return Object.fromEntries(Object.entries(value).map(([name, node]) => [name, child(name, node)]));
}

/** As RFC 6901 reads a pointer. */
function toPath(pointer: string): string[] {
  const keys = pointer.split("/").slice(1);
  return keys.map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
}
