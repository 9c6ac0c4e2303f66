import { z } from "zod";

/** A JSON Schema inside an answer. */
export const jsonSchema = z.record(z.string(), z.unknown()).describe("A JSON Schema.");
