import type { Request, Response } from "express";
import { expect, test } from "vitest";
import { takeShortCut } from "./take-short-cut.ts";

const served = [
  "GET /",
  "GET /v1/things",
  "POST /v1/things",
  "GET /v1/things/export",
  "GET /v1/things/{id}",
  "GET /v1/things/{id}/parts/{part}",
].map((route) => {
  const [method = "", path = ""] = route.split(" ");
  return { method: method.toLowerCase(), path, handler: (req: Request) => void found.push(route, req.params) };
});
const shortCut = takeShortCut(served);
let found: unknown[] = [];

function take(method: string, path: string): unknown[] {
  found = [];
  void shortCut({ method, path } as Request, {} as Response, () => void found.push("Express"));
  return found;
}

test.each([
  ["GET", "/", "GET /", {}],
  ["GET", "/v1/things", "GET /v1/things", {}],
  ["POST", "/v1/things", "POST /v1/things", {}],
  ["GET", "/v1/things/export", "GET /v1/things/export", {}],
  ["GET", "/v1/things/7", "GET /v1/things/{id}", { id: "7" }],
  ["GET", "/v1/things/7/parts/a.b", "GET /v1/things/{id}/parts/{part}", { id: "7", part: "a.b" }],
])("%s %s leads to its route", (method, path, route, params) => {
  expect(take(method, path)).toEqual([route, params]);
});

test.each([
  ["DELETE", "/v1/things/7"],
  ["HEAD", "/v1/things/7"],
  ["GET", "/v1/things/"],
  ["GET", "/v1/things/7/"],
  ["GET", "/v1/things/%37"],
  ["GET", "/v1/Things"],
  ["GET", "//v1/things"],
  ["GET", "/v1/things/export/parts/1"],
])("%s %s is for Express to judge", (method, path) => {
  expect(take(method, path)).toEqual(["Express"]);
});
