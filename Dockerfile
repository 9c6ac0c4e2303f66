# syntax=docker/dockerfile:1

# Two images out of one build: `docker build --target api .` and `docker build --target worker .`

FROM node:24-slim AS build
WORKDIR /build
ENV CI=true pnpm_config_store_dir=/pnpm/store
RUN npm install --global pnpm@12.21.0

# The manifests first: while they stay as they are, so does the layer with the dependencies.
COPY .pnpmfile.mjs package.json pnpm-lock.yaml pnpm-workspace.yaml ./
COPY apps/api/package.json apps/api/
COPY apps/worker/package.json apps/worker/
COPY bench/package.json bench/
COPY packages/shared/package.json packages/shared/
COPY packages/stack/package.json packages/stack/
RUN --mount=type=cache,target=/pnpm/store \
    pnpm install --frozen-lockfile --filter longshore --filter "@longshore/api..." --filter "@longshore/worker..."

COPY tsconfig.base.json ./
COPY packages/shared packages/shared
COPY apps apps
RUN node_modules/.bin/tsc -b apps/api apps/worker
RUN --mount=type=cache,target=/pnpm/store \
    pnpm --filter @longshore/api deploy --prod /out/api && \
    pnpm --filter @longshore/worker deploy --prod /out/worker

# What runs is root's and read by another user; nothing is written outside of the database, Redis and the log on stdout.
FROM node:24-slim AS app
WORKDIR /app
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080
USER node
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s --retries=3 \
    CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/readyz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--enable-source-maps", "dist/main.js"]

FROM app AS api
# What an upload took is given back to the system at once, and what starting took before the first one.
ENV MALLOC_TRIM_THRESHOLD_=131072 MALLOC_ARENA_MAX=2 NODE_OPTIONS=--expose-gc
COPY --from=build /out/api ./

# Also migrates: `node dist/migrate.js`, once before a new version starts.
FROM app AS worker
# The rows of a chunk outlive a young generation of any size, and a small one leaves less behind.
ENV NODE_OPTIONS=--max-semi-space-size=16
COPY --from=build /out/worker ./
