import { captureOutput } from "../process/capture-output.ts";
import { findOrInstall, type Wanted } from "../programs/find-or-install.ts";
import type { Say } from "../terminal/say.ts";

const chromium: Wanted = {
  title: "Chromium",
  programs: ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"],
  packages: { "apt-get": ["chromium"], dnf: ["chromium"], apk: ["chromium"] },
};

/** The path of a Chromium for the tests of `/docs`; root gets one installed. Says why there is none, where there is none. */
export async function findChromium(say: Say): Promise<string | undefined> {
  const { path, failure } = await findOrInstall(chromium, say);
  // Ubuntu's package of this name is a script that asks for a snap.
  if (path && (await captureOutput(path, ["--version"], {})).isOk) return path;

  const reason = failure?.message.split("\n").at(-1) ?? "install it, for example with sudo apt-get install chromium";
  say(`There is no Chromium that works on this machine, so /docs is not tested in a browser: ${reason}`);
  return undefined;
}
