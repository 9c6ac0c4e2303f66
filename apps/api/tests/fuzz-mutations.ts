import fc, { type Arbitrary } from "fast-check";

const deep = (levels: number) => JSON.parse(`${"[".repeat(levels)}${"]".repeat(levels)}`) as unknown;

/** Texts that have broken services. */
export const hostileTexts = fc.constantFrom(
  "",
  " ",
  "\0",
  "a\0b",
  "\ud800",
  "\ufeff",
  "\u202e",
  "null",
  "undefined",
  "NaN",
  "-1",
  "1e999",
  "9".repeat(400),
  "0x1F",
  "1.5",
  "__proto__",
  "constructor",
  "toString",
  "' or 1=1 --",
  "%00",
  "../../etc/passwd",
  "\r\nX-Injected: 1",
  "{{7*7}}",
  "${7*7}",
  "𝒳".repeat(300),
  "a".repeat(5_000),
  "0000-00-00T00:00:00Z",
  "+275760-09-13T00:00:00.001Z",
  "00000000-0000-0000-0000-000000000000",
);

const hostileValues: Arbitrary<unknown> = fc.oneof(
  hostileTexts,
  fc.constantFrom<unknown>(
    null,
    true,
    0,
    -1,
    1.5,
    2 ** 31,
    2 ** 53,
    -(2 ** 63),
    1e308,
    [],
    {},
    deep(31),
    deep(40),
    [null],
    {
      a: "\0",
    },
  ),
  fc.constant(JSON.parse('{"__proto__":{"polluted":true}}') as unknown),
  fc.jsonValue({ maxDepth: 3 }),
);

/** One mutation of a JSON value: something in it is replaced, removed, or joined by what does not belong there. */
export function mutationsOf(values: Arbitrary<unknown>): Arbitrary<unknown> {
  return fc
    .tuple(values, fc.nat(), fc.constantFrom("replace", "remove", "add"), hostileValues, hostileTexts)
    .map(([value, where, how, hostile, name]) => {
      const copy = { at: structuredClone(value) };
      const places = listPlaces(copy);
      const [parent, key] = places[where % places.length]!;
      const child = parent[key];
      if (how === "add" && typeof child === "object" && child !== null) Object.assign(child, { [name]: hostile });
      else if (how === "remove" && parent !== copy) delete parent[key];
      else parent[key] = hostile;
      return copy.at;
    });
}

type Container = Record<string, unknown>;

function listPlaces(parent: object): [parent: Container, key: string][] {
  return Object.entries(parent).flatMap(([key, child]: [string, unknown]): [Container, string][] => {
    const place: [Container, string] = [parent as Container, key];
    return typeof child === "object" && child !== null ? listPlaces(child).concat([place]) : [place];
  });
}
