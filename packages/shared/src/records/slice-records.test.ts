import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AppError } from "../errors.ts";
import type { ImportFormat } from "../db/schema.ts";
import { listRecords } from "./list-records.ts";
import { requireUtf8 } from "./require-utf8.ts";
import { sliceRecords, type Slice } from "./slice-records.ts";

const limits = { firstSliceBytes: 40, sliceBytes: 40, sliceRows: 1_000, maxRecordBytes: 10_000 };

/** Cuts `bytes` at the given places (any numbers) into the pieces of a stream. */
async function* cutAt(bytes: Buffer, places: number[]): AsyncGenerator<Buffer> {
  const ends = [...places.map((place) => place % (bytes.length + 1)), bytes.length].toSorted((a, b) => a - b);
  let start = 0;
  for (const end of ends) {
    yield bytes.subarray(start, end);
    start = end;
  }
}

async function slicesOf(text: string, format: ImportFormat, places: number[] = [], given = limits): Promise<Slice[]> {
  return Array.fromAsync(sliceRecords(requireUtf8(cutAt(Buffer.from(text), places)), format, given));
}

async function recordsOf(text: string, format: ImportFormat, places: number[] = []): Promise<string[]> {
  const slices = await slicesOf(text, format, places);
  return slices.flatMap((slice) => listRecords(slice.bytes, format));
}

const places = fc.array(fc.nat({ max: 5_000 }), { maxLength: 12 });
const lineBreak = fc.constantFrom("\n", "\r\n");
const cell = fc.oneof(
  fc.stringMatching(/^[^",\r\n\0]*$/),
  fc.constantFrom('"', '""', "a\nb", "a\r\nb", ",", "é", "😀", "\n", ""),
  fc.string({ unit: "grapheme" }).filter((text) => !text.includes("\0")),
);
const csvCell = (text: string) => (/[",\r\n]/.test(text) || text === "" ? `"${text.replaceAll('"', '""')}"` : text);

describe("any cutting of the stream gives the same records", () => {
  it("in NDJSON", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.json(), { minLength: 1 }),
        lineBreak,
        fc.boolean(),
        places,
        async (lines, end, last, cuts) => {
          const text = lines.join(`${end}${end}`) + (last ? end : "");
          const records = await recordsOf(text, "ndjson", cuts);
          expect(records.map((record) => record.trim())).toEqual(lines.map((line) => line.trim()));
        },
      ),
    );
  });

  it("in a JSON array", async () => {
    const records = fc.array(fc.jsonValue({ maxDepth: 4 }), { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(records, fc.nat({ max: 3 }), places, async (values, indent, cuts) => {
        const text = JSON.stringify(values, null, indent);
        const found = await recordsOf(text, "json", cuts);
        expect(found.map((record) => JSON.parse(record) as unknown)).toEqual(JSON.parse(text));
      }),
    );
  });

  it("in CSV", async () => {
    const rows = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(rows, lineBreak, fc.boolean(), places, async (values, end, last, cuts) => {
        const lines = values.map((row) => row.map(csvCell).join(","));
        const text = lines.join(end) + (last ? end : "");
        expect(await recordsOf(text, "csv", cuts)).toEqual(lines);
      }),
    );
  });
});

describe("slices", () => {
  it("number their rows from 1 without a gap and count them", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 60 }), places, async (count, cuts) => {
        const text = Array.from({ length: count }, (_, index) => `{"n":${index}}`).join("\n");
        let expected = 1;
        for (const slice of await slicesOf(text, "ndjson", cuts)) {
          expect(slice.firstRow).toBe(expected);
          expect(listRecords(slice.bytes, "ndjson")).toHaveLength(slice.rows);
          expected += slice.rows;
        }
        expect(expected - 1).toBe(count);
      }),
    );
  });

  it("are cut behind the record that fills them", async () => {
    const slices = await slicesOf(`${"x".repeat(39)}\n${"y".repeat(40)}\nz\n`, "ndjson");
    expect(slices.map((slice) => slice.rows)).toEqual([2, 1]);
  });

  it("grow from the first size to the most", async () => {
    const text = "123456789\n".repeat(40);
    const slices = await slicesOf(text, "ndjson", [], {
      firstSliceBytes: 10,
      sliceBytes: 80,
      sliceRows: 1_000,
      maxRecordBytes: 100,
    });
    expect(slices.map((slice) => slice.rows)).toEqual([2, 3, 5, 9, 9, 9, 3]);
  });

  it("hold no more records than they may, however small those are", async () => {
    const slices = await slicesOf("1\n".repeat(25), "ndjson", [], {
      ...limits,
      firstSliceBytes: 1_000,
      sliceBytes: 1_000,
      sliceRows: 10,
    });
    expect(slices.map((slice) => slice.rows)).toEqual([10, 10, 5]);
  });

  it("of a CSV stream start with its header as row 0", async () => {
    const slices = await slicesOf("a,b\n1,2\n3,4\n", "csv");
    expect(slices.map(({ firstRow, rows, bytes }) => [firstRow, rows, bytes.toString()])).toEqual([
      [0, 1, "a,b"],
      [1, 2, "1,2\n3,4"],
    ]);
  });

  it.each<ImportFormat>(["ndjson", "csv"])("of an empty %s stream are none", async (format) => {
    expect(await slicesOf("\n\n", format)).toEqual([]);
  });

  it("of an empty array are none", async () => {
    expect(await slicesOf(" [ ] ", "json")).toEqual([]);
  });

  it("leave a byte order mark out", async () => {
    expect(await recordsOf("\ufeff[1]", "json", [1, 2])).toEqual(["1"]);
  });
});

describe("a record's size", () => {
  const given = { firstSliceBytes: 1_000, sliceBytes: 1_000, sliceRows: 1_000, maxRecordBytes: 5 };

  it("may reach the limit", async () => {
    expect(await slicesOf("12345\n1\n", "ndjson", [], given)).toHaveLength(1);
  });

  it("may not pass it", async () => {
    await expect(slicesOf("1\n123456\n", "ndjson", [], given)).rejects.toThrow("Row 2 is larger than 5 bytes");
  });

  it("is refused while the record still comes in", async () => {
    async function* endless() {
      for (;;) yield Buffer.from("123");
    }
    await expect(Array.fromAsync(sliceRecords(endless(), "ndjson", given))).rejects.toThrow(
      "Row 1 is larger than 5 bytes",
    );
  });
});

describe("broken framing of JSON is refused where it is", () => {
  it.each([
    ["", "byte 0: the array does not end"],
    ["{}", "byte 0: it is not an array of records"],
    ["[1", "byte 2: the array does not end"],
    ["[1,]", "byte 3: a record is missing"],
    ["[,1]", "byte 1: a record is missing"],
    ["[1,,2]", "byte 3: a record is missing"],
    ["[1] 2", "byte 4: something follows the array"],
    ['[{"a":1]', "byte 7: brackets do not match"],
    ['["a]', "byte 4: the array does not end"],
    [`[${"[".repeat(33)}`, "byte 33: it is nested deeper than 32"],
  ])("%s", async (text, message) => {
    const refused = await slicesOf(text, "json").catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(AppError);
    expect(refused).toMatchObject({ code: "malformed_body", message: `The JSON is malformed at ${message}` });
  });

  it("but a broken element is left for its own row", async () => {
    expect(await recordsOf('[{"a":1},{a},tru,3]', "json")).toEqual(['{"a":1}', "{a}", "tru", "3"]);
  });
});

describe("quotes in CSV", () => {
  it("that open a field and never close it are refused", async () => {
    await expect(slicesOf('a\n"b\nc', "csv")).rejects.toThrow("ends inside a quoted field");
  });

  it("in the middle of a field spoil their own record only", async () => {
    expect(await recordsOf('a,b\nc"d,e\nf,g\n', "csv")).toEqual(["a,b", 'c"d,e', "f,g"]);
  });
});
