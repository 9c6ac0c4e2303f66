import { describe, expect, it } from "vitest";
import { findUrlProblem } from "./find-url-problem.ts";

describe("a URL", () => {
  it.each([
    "http://example.com",
    "https://example.com/a?b=c#d",
    "HTTPS://EXAMPLE.COM",
    "http://example.com:80/",
    "http://example.com:443/",
    "http://example.com:1024/",
    "https://example.com:65535/",
    "http://[2606:4700::1111]/",
  ])("like %s can be called", (url) => {
    expect(findUrlProblem(URL.parse(url))).toBeUndefined();
  });

  it.each([
    ["ftp://example.com/", "must be an http or https URL"],
    ["file:///etc/passwd", "must be an http or https URL"],
    ["javascript:alert(1)", "must be an http or https URL"],
    ["/relative", "must be an http or https URL"],
    ["http://", "must be an http or https URL"],
    ["http://example.com:65536/", "must be an http or https URL"],
    ["http://1.2.3.4.5/", "must be an http or https URL"],
    ["http://user@example.com/", "must not hold a user name or a password"],
    ["http://:secret@example.com/", "must not hold a user name or a password"],
    ["http://example.com:0/", "must have port 80, 443 or one above 1023"],
    ["http://example.com:25/", "must have port 80, 443 or one above 1023"],
    ["http://example.com:1023/", "must have port 80, 443 or one above 1023"],
  ])("like %s %s", (url, problem) => {
    expect(findUrlProblem(URL.parse(url))).toBe(problem);
  });
});
