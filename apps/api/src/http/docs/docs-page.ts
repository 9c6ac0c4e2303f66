/** The page and its script are two files because the page's policy allows no script inside it. */
export const docsPage = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>API reference</title>
    <link rel="icon" href="data:," />
  </head>
  <body>
    <div id="reference"></div>
    <script src="/docs/start.js"></script>
    <script src="/docs/scalar.js"></script>
  </body>
</html>
`;

/**
 * Starts Scalar with everything off that would talk to another origin. The zod inside it would try out whether it may compile
 * its schemas, which the page's policy forbids; it is told beforehand. The greys are darker and lighter than its own, which are hard to read.
 */
export const docsScript = `globalThis.__zod_globalConfig = { jitless: true };

addEventListener("DOMContentLoaded", () => {
  Scalar.createApiReference("#reference", {
    url: "/openapi.json",
    customCss: ".light-mode { --scalar-color-3: #666 } .dark-mode { --scalar-color-3: #999 }",
    authentication: { preferredSecurityScheme: "bearer" },
    agent: { disabled: true },
    mcp: { disabled: true },
    telemetry: false,
    withDefaultFonts: false,
    hideClientButton: true,
    showDeveloperTools: "never",
  });
});
`;

/** Scalar sets styles inline; everything else comes from this origin or does not load. */
export const docsPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");
