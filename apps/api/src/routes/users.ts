import { z } from "zod";
import type { RowKey } from "@longshore/shared/cache/cache-keys";
import { userRowSchema } from "@longshore/shared/datasets/user-row";
import { jobViewSchema } from "@longshore/shared/status/job-view";
import type { Caller } from "../http/caller.ts";
import { matchTag } from "../http/match-tag.ts";
import { defineRoute, jsonBody, SerializedJson, type Route } from "../http/route.ts";
import type { createChangeUser } from "../services/change-user.ts";
import type { createCreateUser } from "../services/create-user.ts";
import type { createExportUsers } from "../services/export-users.ts";
import type { createListUsers } from "../services/list-users.ts";
import type { createProcessUser } from "../services/process-user.ts";
import { profileSchema, type createReadProfile } from "../services/read-profile.ts";
import type { createReadUser } from "../services/read-user.ts";
import type { createReadUsers } from "../services/read-users.ts";
import type { createRemoveUser } from "../services/remove-user.ts";
import { userChangesSchema, type UserChanges } from "../services/user-body.ts";
import { userViewSchema } from "../services/user-view.ts";
import { acceptedHeaderDocs, acceptedHeaders } from "./accepted.ts";
import { queuedJob } from "./examples/queued-job.ts";
import { idempotencyErrors, idempotencyHeaders, replayedHeader, replayedHeaderDoc } from "./idempotency.ts";
import { negotiatedHeaderDoc } from "./negotiated.ts";
import { chooseRowsType, replyWithRows, rowsQuery, rowsTypes } from "./rows-reply.ts";
import { toUserCursor, userListParameters, userParams as params } from "./user-parameters.ts";

export type UserRoutesDeps = {
  createUser: ReturnType<typeof createCreateUser>;
  readUser: ReturnType<typeof createReadUser>;
  readUsers: ReturnType<typeof createReadUsers>;
  listUsers: ReturnType<typeof createListUsers>;
  changeUser: ReturnType<typeof createChangeUser>;
  removeUser: ReturnType<typeof createRemoveUser>;
  exportUsers: ReturnType<typeof createExportUsers>;
  readProfile: ReturnType<typeof createReadProfile>;
  processUser: ReturnType<typeof createProcessUser>;
};

const tags = ["users"];
const defaultLimit = 50;
const example = { email: "ada@example.com", name: "Ada Lovelace" };

const cacheDoc = {
  "X-Cache":
    "`hit`: from Redis. `miss`: from PostgreSQL, and the next one is a hit. `bypass`: from PostgreSQL, without the cache.",
};
const tagDoc = { ETag: "Names this answer. Send it back in `If-None-Match`." };
const theUser = { description: "The user.", schema: userViewSchema, headers: tagDoc } as const;

type Asked = { params: z.output<typeof params>; caller: Caller };
const keyOf = ({ params: { id }, caller: { tenant } }: Asked) => ({ tenant, id });

/** Users, one by one. Many at once are an import into the dataset `users`, which is the same table. */
export function createUserRoutes(deps: UserRoutesDeps): Route[] {
  async function change(user: RowKey, changes: UserChanges) {
    const { etag, text } = await deps.changeUser(user, changes);
    return { status: 200 as const, headers: { ETag: etag }, body: new SerializedJson(text) };
  }

  return [
    defineRoute({
      operationId: "createUser",
      method: "post",
      path: "/v1/users",
      tags,
      scope: "submit",
      summary: "Create a user",
      description: "The e-mail address is trimmed and lower-cased; no two users have the same.",
      request: { body: jsonBody(userRowSchema, { example }) },
      responses: { 201: { ...theUser, headers: { ...tagDoc, Location: "The user's URL." } } },
      errors: ["already_exists", "unavailable"],
      async handler({ body, caller }) {
        const { id, etag, text } = await deps.createUser(body, caller.tenant);
        const headers = { Location: `/v1/users/${id}`, ETag: etag };
        return { status: 201, headers, body: new SerializedJson(text) };
      },
    }),
    defineRoute({
      operationId: "listUsers",
      method: "get",
      path: "/v1/users",
      tags,
      scope: "read",
      summary: "List users, newest first, or read certain ones",
      description: "With `ids` it answers these users, in this order, and names those that are not there in `missing`.",
      request: { query: userListParameters },
      responses: {
        200: {
          description: "A page, or the users asked for.",
          headers: cacheDoc,
          schema: z.object({
            items: z.array(userViewSchema),
            nextCursor: z.string().nullable(),
            missing: z.array(z.int()).optional().describe("With `ids`: those that no user has."),
          }),
        },
      },
      errors: ["unavailable"],
      async handler({ query: { ids, limit = defaultLimit, cursor }, caller: { tenant } }) {
        const headers = { "Cache-Control": "no-cache" };
        if (ids) {
          const { items, missing, use } = await deps.readUsers({ tenant, ids });
          const text = `{"items":[${items.join(",")}],"nextCursor":null,"missing":${JSON.stringify(missing)}}`;
          return { status: 200, headers: { ...headers, "X-Cache": use }, body: new SerializedJson(text) };
        }
        const { items, next } = await deps.listUsers({ tenant, limit, after: cursor });
        const nextCursor = next === null ? null : toUserCursor(next);
        return { status: 200, headers: { ...headers, "X-Cache": "bypass" }, body: { items, nextCursor } };
      },
    }),
    defineRoute({
      operationId: "exportUsers",
      method: "get",
      path: "/v1/users/export",
      tags,
      scope: "read",
      cost: 10,
      summary: "Read all users",
      description:
        "Streams all users in the order of their ids. In CSV, text that a spreadsheet would take for a formula starts with `'`.",
      request: { query: rowsQuery },
      responses: {
        200: {
          description: "The users.",
          contentTypes: rowsTypes,
          headers: negotiatedHeaderDoc,
          examples: {
            "application/x-ndjson":
              '{"id":1,"email":"ada@example.com","name":"Ada Lovelace","createdAt":"2026-11-21T10:29:48.704Z","updatedAt":"2026-11-21T10:29:48.704Z"}\n',
            "text/csv":
              "id,email,name,createdAt,updatedAt\n1,ada@example.com,Ada Lovelace,2026-11-21T10:29:48.704Z,2026-11-21T10:29:48.704Z\n",
          },
        },
      },
      errors: ["unavailable"],
      handler: ({ query, caller, req }) => replyWithRows(chooseRowsType(req, query), deps.exportUsers(caller.tenant)),
    }),
    defineRoute({
      operationId: "getUser",
      method: "get",
      path: "/v1/users/{id}",
      tags,
      scope: "read",
      summary: "Read a user",
      description: "Through a cache, which never shows what was there before a change that was answered.",
      request: {
        params,
        headers: z.object({ "if-none-match": z.string().optional().describe("The `ETag` of an earlier answer.") }),
      },
      responses: {
        200: { ...theUser, headers: { ...tagDoc, ...cacheDoc } },
        304: {
          description: "Nothing has changed since the answer with that tag.",
          headers: { ...tagDoc, ...cacheDoc },
        },
      },
      errors: ["not_found", "unavailable"],
      async handler(request) {
        const { etag, text, use } = await deps.readUser(keyOf(request));
        const headers = { ETag: etag, "Cache-Control": "no-cache", "X-Cache": use };
        return matchTag(request.headers["if-none-match"], etag)
          ? { status: 304, headers }
          : { status: 200, headers, body: new SerializedJson(text) };
      },
    }),
    defineRoute({
      operationId: "replaceUser",
      method: "put",
      path: "/v1/users/{id}",
      tags,
      scope: "submit",
      summary: "Replace a user",
      request: { params, body: jsonBody(userRowSchema, { example }) },
      responses: { 200: theUser },
      errors: ["not_found", "already_exists", "unavailable"],
      handler: (request) => change(keyOf(request), request.body),
    }),
    defineRoute({
      operationId: "changeUser",
      method: "patch",
      path: "/v1/users/{id}",
      tags,
      scope: "submit",
      summary: "Change some of a user",
      description: "What is not sent stays as it is.",
      request: { params, body: jsonBody(userChangesSchema, { example: { name: "Ada King" } }) },
      responses: { 200: theUser },
      errors: ["not_found", "already_exists", "unavailable"],
      handler: (request) => change(keyOf(request), request.body),
    }),
    defineRoute({
      operationId: "removeUser",
      method: "delete",
      path: "/v1/users/{id}",
      tags,
      scope: "submit",
      summary: "Remove a user",
      description: "With its profile.",
      request: { params },
      responses: { 204: { description: "Removed." } },
      errors: ["not_found", "unavailable"],
      async handler(request) {
        await deps.removeUser(keyOf(request));
        return { status: 204 };
      },
    }),
    defineRoute({
      operationId: "getUserProfile",
      method: "get",
      path: "/v1/users/{id}/profile",
      tags,
      scope: "read",
      summary: "Read what was derived from a user",
      description: "By its last job of the kind `users.process`; 404 before the first.",
      request: { params },
      responses: { 200: { description: "The profile.", schema: profileSchema } },
      errors: ["not_found", "unavailable"],
      handler: async (request) => ({ status: 200, body: await deps.readProfile(keyOf(request)) }),
    }),
    defineRoute({
      operationId: "processUser",
      method: "post",
      path: "/v1/users/{id}/process",
      tags,
      scope: "submit",
      summary: "Derive a user's profile",
      description: "Submits a job of the kind `users.process`, as `POST /v1/jobs` does.",
      request: { params, headers: idempotencyHeaders },
      responses: {
        202: {
          description: "Accepted: it will be done.",
          schema: jobViewSchema,
          headers: { ...acceptedHeaderDocs, ...replayedHeaderDoc },
          example: queuedJob,
        },
      },
      errors: ["not_found", "unavailable", ...idempotencyErrors],
      async handler(request) {
        const { requestId, traceparent, caller } = request;
        const idempotencyKey = request.headers["idempotency-key"];
        const submitter = { tenant: caller.tenant, requestId, traceparent, idempotencyKey };
        const { response, replayed } = await deps.processUser(request.params.id, submitter);
        return {
          status: 202,
          headers: { ...acceptedHeaders(response.job), ...replayedHeader(replayed) },
          body: response.job,
        };
      },
    }),
  ];
}
