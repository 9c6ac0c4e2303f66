import { spawnSync } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { bootstrapEnvironment } from "@longshore/shared/config/environment";
import { parseConfig } from "@longshore/shared/config/parse-config";
import { readApiConfig } from "../../apps/api/src/config.ts";
import { readWorkerConfig } from "../../apps/worker/src/config.ts";
import { instructionsOf, parseDockerfile } from "./parse-dockerfile.ts";
import { projectRoot } from "./scratch-house.ts";

type Service = {
  image?: string;
  build?: { context: string; target: string };
  command?: string[];
  environment: Record<string, string>;
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test?: string[]; disable?: boolean };
  restart: string;
  stop_grace_period: string;
  read_only?: boolean;
  ports?: string[];
  volumes?: string[];
  container_name?: string;
  deploy?: { replicas: string };
};

const read = (file: string) => readFileSync(join(projectRoot, file), "utf8");

/** What compose makes of the file in an empty environment. */
const compose = parse(read("docker-compose.yml").replaceAll(/\$\{\w+:-([^}]*)\}/g, "$1"), { merge: true }) as {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
};
const services = Object.entries(compose.services);
const { migrate, api, worker } = compose.services as Record<"migrate" | "api" | "worker", Service>;

const stages = parseDockerfile(read("Dockerfile"));
const saying = (target: string, keyword: string) =>
  instructionsOf(stages, target)
    .filter((instruction) => instruction.keyword === keyword)
    .map(({ text }) => text);

/** The environment that an app finds in its container. */
function environmentOf({ build, environment }: Service): Record<string, string> {
  const ofImage = saying(build!.target, "ENV").flatMap((text) =>
    [...text.matchAll(/(\w+)=(?:"([^"]*)"|(\S+))/g)].map(([, name, quoted, plain]) => [name, quoted ?? plain]),
  );
  return { ...(Object.fromEntries(ofImage) as Record<string, string>), ...environment };
}

describe("the images", () => {
  test.each(["api", "worker"])("%s runs node itself, as a user who is not root, and says how it is", (target) => {
    expect(saying(target, "USER").at(-1)).toBe("node");
    expect(JSON.parse(saying(target, "CMD").at(-1)!)).toEqual(["node", "--enable-source-maps", "dist/main.js"]);
    expect(saying(target, "ENTRYPOINT")).toEqual([]);
    expect(saying(target, "STOPSIGNAL")).toEqual(["SIGTERM"]);
    expect(saying(target, "HEALTHCHECK")).toEqual([expect.stringContaining("/readyz")]);
  });

  test("are built from files that are there", () => {
    const sources = saying("build", "COPY").flatMap((text) => text.split(" ").slice(0, -1));
    expect(sources.filter((path) => !existsSync(join(projectRoot, path)))).toEqual([]);
  });

  test.each(["api", "worker"])("%s holds its own app as it was deployed, and nothing else", (target) => {
    expect(saying(target, "COPY")).toEqual([`--from=build /out/${target} ./`]);
    expect(saying("build", "RUN").at(-1)).toContain(`pnpm --filter @longshore/${target} deploy --prod /out/${target}`);
  });

  test("are built with the manifests of the whole workspace, or the lockfile would not fit", () => {
    const copied = saying("build", "COPY").flatMap((text) => text.split(" "));
    const { packages } = parse(read("pnpm-workspace.yaml")) as { packages: string[] };
    const homes = globSync(packages, { cwd: projectRoot });
    const manifests = homes.map((home) => `${home}/package.json`).filter((file) => existsSync(join(projectRoot, file)));
    expect(manifests.length).toBeGreaterThan(3);
    expect(copied).toEqual(expect.arrayContaining(manifests));
  });

  test("are built with the pnpm of `npm start`", () => {
    const [, version] = /pnpmVersion = "(.+)"/.exec(read("scripts/toolchain.mjs"))!;
    expect(saying("build", "RUN")[0]).toBe(`npm install --global pnpm@${version}`);
  });

  test("hold nothing that this machine made", () => {
    expect(read(".dockerignore").split("\n")).toEqual(
      expect.arrayContaining(["**/node_modules", "**/dist", "**/*.tsbuildinfo", ".git"]),
    );
  });
});

describe("the compose file", () => {
  test("builds targets that the Dockerfile has, and depends on services that it has itself", () => {
    const targets = stages.map(({ name }) => name);
    for (const [name, { build, depends_on = {} }] of services) {
      if (build) expect(targets, name).toContain(build.target);
      expect(Object.keys(compose.services), name).toEqual(expect.arrayContaining(Object.keys(depends_on)));
    }
  });

  test("waits for a service's health only where there is a healthcheck", () => {
    const waitedFor = services
      .flatMap(([, { depends_on = {} }]) => Object.entries(depends_on))
      .filter(([, { condition }]) => condition === "service_healthy");
    expect(waitedFor.length).toBeGreaterThan(0);
    for (const [name] of waitedFor) expect(compose.services[name]?.healthcheck?.test?.length, name).toBeGreaterThan(1);
  });

  test("migrates once, before any app starts", () => {
    expect(migrate.restart).toBe("no");
    expect(migrate.command).toEqual(["node", "--enable-source-maps", "dist/migrate.js"]);
    expect(existsSync(join(projectRoot, "apps/worker/src/migrate.ts"))).toBe(true);
    for (const app of [api, worker]) expect(app.depends_on?.migrate?.condition).toBe("service_completed_successfully");
  });

  test("lets there be any number of workers", () => {
    expect(worker.container_name).toBeUndefined();
    expect(worker.ports).toBeUndefined();
    expect(Number(worker.deploy?.replicas)).toBeGreaterThan(1);
  });

  test.each([
    ["api", api, readApiConfig],
    ["worker", worker, readWorkerConfig],
  ] as const)("gives the %s variables that it knows, and values that it accepts", (_name, app, readConfig) => {
    const { NODE_ENV: _mode, ...given } = environmentOf(app);
    const environment = Object.fromEntries(Object.entries(given).filter(([name]) => !/^(NODE|MALLOC)_/.test(name)));
    expect(Object.keys(readConfig(environment))).toEqual(expect.arrayContaining(Object.keys(environment)));
  });

  test("publishes the API where it listens, on this machine only", () => {
    const { HOST, PORT } = readApiConfig(environmentOf(api));
    expect(HOST).toBe("0.0.0.0");
    expect(api.ports).toEqual([`127.0.0.1:8080:${PORT}`]);
  });

  test("leaves the apps more time to stop than they take", () => {
    for (const app of [api, worker]) {
      const { SHUTDOWN_GRACE_MS } = readWorkerConfig(environmentOf(app));
      expect(Number.parseInt(app.stop_grace_period, 10) * 1_000).toBeGreaterThan(SHUTDOWN_GRACE_MS);
    }
  });

  test("keeps the apps' files as they were built, and the data in volumes", () => {
    for (const app of [migrate, api, worker]) expect(app.read_only).toBe(true);
    const kept = services.flatMap(([, { volumes = [] }]) => volumes.map((volume) => volume.split(":")[0]!));
    expect(kept.toSorted()).toEqual(Object.keys(compose.volumes).toSorted());
  });

  test("starts Redis so that it neither forgets nor evicts", () => {
    const command = compose.services.redis!.command!.join(" ");
    expect(command).toContain("--appendonly yes");
    expect(command).toContain("--maxmemory-policy noeviction");
  });

  test("has the password of PostgreSQL from the environment, everywhere the same", () => {
    expect(read("docker-compose.yml").match(/\$\{POSTGRES_PASSWORD:-only-for-development\}/g)).toHaveLength(2);
  });

  test("stores a first key from the environment before the API starts, and no app has it", () => {
    const { BOOTSTRAP_API_KEY, ...others } = environmentOf(migrate);
    expect(parseConfig(bootstrapEnvironment, { ...others, BOOTSTRAP_API_KEY }).BOOTSTRAP_API_KEY).toEqual({
      id: "development",
      secret: expect.stringContaining("only-for-development"),
    });
    for (const app of [api, worker]) expect(app.environment).not.toHaveProperty("BOOTSTRAP_API_KEY");
    expect(existsSync(join(projectRoot, "apps/worker/src/keys.ts"))).toBe(true);
  });

  const hasCompose = spawnSync("docker", ["compose", "version"]).status === 0;
  test.skipIf(!hasCompose)("is what docker compose takes", () => {
    const { status, stderr } = spawnSync("docker", ["compose", "config", "--quiet"], {
      cwd: projectRoot,
      encoding: "utf8",
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  });
});
