import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ScaledObject } from "@kubernetes-models/keda/keda.sh/v1alpha1";
import { Deployment } from "kubernetes-models/apps/v1";
import { Job } from "kubernetes-models/batch/v1";
import { PodDisruptionBudget } from "kubernetes-models/policy/v1";
import { ConfigMap, Secret, Service } from "kubernetes-models/v1";
import { describe, expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { parseDockerfile } from "./parse-dockerfile.ts";
import { projectRoot } from "./scratch-house.ts";
import { readApiConfig } from "../../apps/api/src/config.ts";
import { readWorkerConfig } from "../../apps/worker/src/config.ts";

const folder = join(projectRoot, "deploy/kubernetes");
const read = (file: string) => readFileSync(join(folder, file), "utf8");

const models = { ConfigMap, Deployment, Job, PodDisruptionBudget, ScaledObject, Secret, Service };
type Kind = keyof typeof models;
// oxlint-disable-next-line typescript/no-explicit-any -- the models say whether a manifest is one
type Manifest = { kind: Kind } & Record<string, any>;

const kustomization = parse(read("kustomization.yaml")) as { resources: string[]; images: { name: string }[] };
const files = globSync("*.yaml", { cwd: folder }).filter((file) => file !== "kustomization.yaml");
const manifests = files.flatMap((file) =>
  parseAllDocuments(read(file)).map((document) => ({ file, manifest: document.toJS() as Manifest })),
);
const find = (kind: Kind, name: string): Manifest =>
  manifests.find(({ manifest }) => manifest.kind === kind && manifest.metadata.name === name)!.manifest;
const pods = [
  find("Deployment", "longshore-api"),
  find("Deployment", "longshore-worker"),
  find("Job", "longshore-migrate"),
];

describe("the manifests", () => {
  test.each(manifests)("$file: $manifest.kind $manifest.metadata.name is what Kubernetes takes", ({ manifest }) => {
    const model = new (models[manifest.kind] as new (data: unknown) => { validate(): void; apiVersion: string })(
      manifest,
    );
    model.validate();
    expect(model.apiVersion).toBe(manifest.apiVersion);
  });

  test("a field that is wrong is noticed", () => {
    const wrong = structuredClone(find("Deployment", "longshore-api"));
    wrong.spec.replicas = "two";
    expect(() => new Deployment(wrong as never).validate()).toThrow(/replicas/);
  });

  test("are all part of the kustomization, but for those that say that they are not", () => {
    const apart = files.filter((file) => !kustomization.resources.includes(file));
    expect(kustomization.resources.every((file) => files.includes(file))).toBe(true);
    for (const file of apart) expect(read(file)).toMatch(/not part of the kustomization/i);
  });

  test("run images that the Dockerfile builds, and that the kustomization gives a version", () => {
    const built = parseDockerfile(readFileSync(join(projectRoot, "Dockerfile"), "utf8")).map(
      ({ name }) => `longshore-${name}`,
    );
    const images = pods.map(({ spec }) => spec.template.spec.containers[0].image as string);
    expect(built).toEqual(expect.arrayContaining(images));
    expect(kustomization.images.map(({ name }) => name)).toEqual(expect.arrayContaining(images));
  });

  test("select the pods that they mean", () => {
    for (const component of ["api", "worker"]) {
      const { spec } = find("Deployment", `longshore-${component}`);
      const labels = spec.template.metadata.labels as Record<string, string>;
      expect(spec.selector.matchLabels).toEqual(labels);
      expect(find("PodDisruptionBudget", `longshore-${component}`).spec.selector.matchLabels).toEqual(labels);
    }
    expect(find("Service", "longshore-api").spec.selector).toEqual(
      find("Deployment", "longshore-api").spec.selector.matchLabels,
    );
    expect(find("ScaledObject", "longshore-worker").spec.scaleTargetRef.name).toBe("longshore-worker");
  });

  test.each(pods.map((pod) => [pod.metadata.name as string, pod.spec.template.spec] as const))(
    "%s runs without privileges, and has the grace that it takes to stop",
    (_name, pod) => {
      const [container] = pod.containers;
      expect(pod.securityContext.runAsNonRoot).toBe(true);
      expect(container.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      });
      expect(container.resources.limits.memory).toBeDefined();
      const pauseMs = 1_000 * (container.lifecycle?.preStop.sleep.seconds ?? 0);
      const graceMs = 1_000 * (pod.terminationGracePeriodSeconds ?? 30);
      const settings = { DATABASE_URL: "postgres://a/b", REDIS_URL: "redis://a" };
      for (const config of [readApiConfig(settings), readWorkerConfig(settings)])
        expect(graceMs).toBeGreaterThan(pauseMs + config.SHUTDOWN_GRACE_MS);
    },
  );

  test("give settings that the apps take", () => {
    const { data } = find("ConfigMap", "longshore");
    const { stringData } = find("Secret", "longshore");
    for (const readConfig of [readApiConfig, readWorkerConfig])
      expect(readConfig({ ...data, ...stringData })).toMatchObject({ LOG_LEVEL: "info" });
  });
});
