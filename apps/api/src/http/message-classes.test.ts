import { Socket } from "node:net";
import express from "express";
import { describe, expect, test } from "vitest";
import { createMessageClasses } from "./message-classes.ts";

describe("createMessageClasses", () => {
  test("makes requests and responses with the prototypes that the app would give them", () => {
    const app = express();
    const { IncomingMessage, ServerResponse } = createMessageClasses(app);
    const req = new IncomingMessage(new Socket());
    const res = new ServerResponse(req);
    expect(Object.getPrototypeOf(req)).toBe(app.request);
    expect(Object.getPrototypeOf(res)).toBe(app.response);
  });

  test("each app has its own, with all that Express adds", () => {
    const apps = [express(), express()];
    const requests = apps.map((app) => new (createMessageClasses(app).IncomingMessage)(new Socket()));
    expect(requests).toMatchObject(apps.map((app) => ({ app, accepts: app.request.accepts })));
  });

  test.each([
    ["GET", "/v1/jobs/1/events", {}, true],
    ["GET", "/v1/jobs/1", { upgrade: "websocket" }, true],
    ["POST", "/v1/jobs/1/events", {}, false],
    ["GET", "/v1/jobs/1", { upgrade: "h2c" }, false],
  ])("Node lets go of the connection of %s %s %j: %s", (method, url, headers, expected) => {
    const { IncomingMessage } = createMessageClasses(express());
    const req = Object.assign(new IncomingMessage(new Socket()), { method, url, headers });
    expect((req as { upgrade?: boolean }).upgrade).toBe(expected);
  });
});
