import { z } from "zod";
import { defineDataset } from "./define-dataset.ts";
import { number, text } from "./fields.ts";

export const cities = defineDataset({
  name: "cities",
  summary: "Places of the world with their coordinates, as GeoNames lists them.",
  table: "cities",
  row: z.strictObject({
    name: text({ min: 1, max: 200 }),
    country: z.string().regex(/^[A-Z]{2}$/, { error: "must be an ISO 3166 country code of two capitals" }),
    admin1: text({ max: 80 }).default(""),
    admin2: text({ max: 80 }).default(""),
    lat: number({ min: -90, max: 90 }),
    lng: number({ min: -180, max: 180 }),
  }),
  columns: {
    name: "text",
    country: "text",
    admin1: "text",
    admin2: "text",
    lat: "double precision",
    lng: "double precision",
  },
  key: ["country", "name", "lat", "lng"],
  example: { name: "Vila", country: "AD", admin1: "03", admin2: "", lat: 42.53176, lng: 1.56654 },
});
