import { existsSync } from "node:fs";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readJson, type Json } from "./http-fixture.ts";
import { listOperations } from "./openapi-document.ts";
import { startApi, type TestApi } from "./start-api.ts";

/** `npm test` says where it is, or why it is nowhere. */
const executablePath = process.env.CHROMIUM || ["/usr/bin/chromium"].find(existsSync);
const args = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--disable-background-networking",
];

describe.skipIf(!executablePath)(
  `/docs in a browser${executablePath ? "" : " (skipped: there is no Chromium here)"}`,
  () => {
    let api: TestApi;
    let document: Json;
    let browser: Browser;
    let page: Page;
    const complaints: string[] = [];

    beforeAll(async () => {
      api = await startApi();
      document = await readJson(await fetch(`${api.url}/openapi.json`));
      browser = await chromium.launch({ executablePath: executablePath!, args });
      page = await browser.newPage({ viewport: { width: 1_400, height: 1_000 } });
      page.setDefaultTimeout(60_000);
      await listen();
      await page.goto(`${api.url}/docs`);
      await page.getByRole("heading", { name: document.info.title, exact: true }).waitFor();
    }, 120_000);
    afterAll(async () => {
      await browser?.close();
      await api?.close();
    });

    /** Whatever goes elsewhere is cut off. The browser tells of what the page's policy forbids as an error of the console. */
    async function listen(): Promise<void> {
      page.on("console", (message) => {
        if (["error", "warning"].includes(message.type())) complaints.push(`${message.type()}: ${message.text()}`);
      });
      page.on("pageerror", (error) => complaints.push(`uncaught: ${error.message}`));
      page.on("requestfailed", (request) => complaints.push(`failed: ${request.url()}`));
      await page.exposeFunction("complain", (what: string) => complaints.push(what));
      await page.addInitScript(`addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
      complain("policy: " + violatedDirective + " " + blockedURI))`);
      await page.route(
        ({ origin, protocol }) => origin !== api.url && protocol !== "data:" && protocol !== "blob:",
        async (route) => {
          complaints.push(`elsewhere: ${route.request().url()}`);
          await route.abort();
        },
      );
    }

    it("shows every tag and every operation", { timeout: 120_000 }, async () => {
      for (const { name } of document.tags) {
        const closed = page.getByRole("button", { name: `Open Group - ${name}`, exact: true });
        if ((await closed.count()) > 0) await closed.click();
      }
      for (const { said } of listOperations(document))
        await page.getByRole("link", { name: said.summary }).first().waitFor({ state: "attached" });
      for (const { post } of Object.values<Json>(document.webhooks))
        await page.getByRole("link", { name: post.summary }).first().waitFor({ state: "attached" });
    });

    it("sends a request that a reader tries, and shows the answer", { timeout: 120_000 }, async () => {
      await page.goto(`${api.url}/docs#tag/jobs/POST/v1/jobs`);
      await page.getByRole("button", { name: "Test Request (post /v1/jobs)" }).click();
      const answered = page.waitForResponse(`${api.url}/v1/jobs`);
      await page.getByRole("button", { name: /^Send/ }).first().click();
      const answer = await answered;
      expect(answer.status()).toBe(202);
      const { id } = (await answer.json()) as { id: string };
      await page.getByText(id).first().waitFor();
      expect((await fetch(`${api.url}/v1/jobs/${id}`)).status).toBe(200);
    });

    it("has asked nobody else, broken no policy, and complained of nothing", () => {
      expect(complaints).toEqual([]);
    });
  },
);
