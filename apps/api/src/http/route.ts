/**
 * The language in which routes are declared. This room knows HTTP and no domain: from one declaration follow the mount,
 * the validation, the limits and the OpenAPI operation.
 */
import type { Readable } from "node:stream";
import type { Request, Response } from "express";
import type { z } from "zod";
import type { ErrorCode } from "@longshore/shared/errors";
import type { Logger } from "@longshore/shared/logger";
import type { Caller } from "./caller.ts";
import type { ContentEncoding } from "./body/content-encoding.ts";
import { assertClosed } from "./validation/assert-closed.ts";

export type Method = "get" | "post" | "put" | "patch" | "delete";

/** What a caller's key must allow. `public` needs no key. */
export type Scope = "public" | "read" | "submit" | "admin";

export type JsonBody<Schema extends z.ZodType = z.ZodType> = {
  kind: "json";
  schema: Schema;
  example: z.input<Schema>;
  /** Several, by name, to show instead of the one. */
  examples: Readonly<Record<string, z.input<Schema>>>;
  maxBytes: number;
  /** A list, each of whose items the handler judges; one that could not be kept as it was sent is an `AppError` there. */
  itemByItem: boolean;
};

export type StreamBody<ContentType extends string = string> = {
  kind: "stream";
  contentTypes: Readonly<Record<ContentType, { description: string; example: string; schema?: z.ZodType }>>;
};

/** A body as it arrives, still compressed. Destroying `stream` stops reading; the client can still be answered. */
export type IncomingBody<ContentType extends string = string> = {
  stream: Readable;
  contentType: ContentType;
  contentEncoding: ContentEncoding;
};

export type ResponseDeclaration = {
  description: string;
  /** The JSON body. Without a schema the body is text, bytes or a stream of one of `contentTypes`, or nothing. */
  schema?: z.ZodType;
  contentTypes?: readonly string[];
  /** What the messages of a stream are, once their data is parsed. */
  messages?: z.ZodType;
  /** Header name to description. */
  headers?: Readonly<Record<string, string>>;
  /** Of a JSON body. Without one it is composed of the `examples` that the schema and its parts have. */
  example?: unknown;
  /** Of a body of another type: its text by content type. */
  examples?: Readonly<Record<string, string>>;
};

export type ResponseDeclarations = Readonly<Record<number, ResponseDeclaration>>;

/** What a handler returns when it has written `res` itself, as for server-sent events. */
export const streamed = Object.freeze({ streamed: true });

export type HandlerContext<Params, Query, Headers, Body> = {
  params: Params;
  query: Query;
  headers: Headers;
  body: Body;
  caller: Caller;
  req: Request;
  res: Response;
  log: Logger;
  requestId: string;
  /** Of the request, to be handed on with what it leads to. */
  traceparent: string;
  /** Aborts when the client goes away before it has its answer. */
  signal: AbortSignal;
};

type BodyOf<Declared> =
  Declared extends JsonBody<infer Schema>
    ? z.output<Schema>
    : Declared extends StreamBody<infer ContentType>
      ? IncomingBody<ContentType>
      : undefined;

type ReplyBodyOf<Declared> = Declared extends { schema: infer Schema extends z.ZodType }
  ? { body: z.output<Schema> | SerializedJson }
  : Declared extends { contentTypes: readonly string[] }
    ? { body: Chunk | AsyncIterable<Chunk> }
    : { body?: undefined };

/** A JSON body that is text already, so that it is neither parsed nor written again. */
export class SerializedJson {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** Text or bytes. */
export type Chunk = string | Uint8Array;

type ReplyHeaders = Readonly<Record<string, string | number | undefined>>;

type ReplyOf<Responses> = {
  [Status in keyof Responses]: { status: Status; headers?: ReplyHeaders } & ReplyBodyOf<Responses[Status]>;
}[keyof Responses];

export type Reply = { status: number; headers?: ReplyHeaders; body?: unknown };

type RouteDeclaration<Params, Query, Headers, Body, Responses, Context, Answer> = {
  operationId: string;
  method: Method;
  /** OpenAPI style: `/v1/jobs/{id}`. */
  path: string;
  tags: readonly string[];
  scope: Scope;
  /** How many points of the caller's rate limit a request takes: 0 for none. Without it 1, and 0 where the scope is `public`. */
  cost?: number;
  summary: string;
  description?: string;
  request?: { params?: Params; query?: Query; headers?: Headers; body?: Body };
  responses: Responses;
  /** What this route adds to the errors that follow from its declaration (validation, body, `internal`). */
  errors?: readonly ErrorCode[];
  handler: (context: Context) => Promise<Answer | typeof streamed> | Answer;
};

/** A route whose types have served: what `defineRoute` returns and the rest of this room works with. */
export type Route = RouteDeclaration<
  z.ZodObject,
  z.ZodObject,
  z.ZodObject,
  JsonBody | StreamBody,
  ResponseDeclarations,
  HandlerContext<unknown, unknown, unknown, unknown>,
  Reply
>;

type None = z.ZodObject<Record<never, never>>;

/** Declares a route. The handler's arguments and its replies are typed by the schemas given. */
export function defineRoute<
  const Responses extends ResponseDeclarations,
  Params extends z.ZodObject = None,
  Query extends z.ZodObject = None,
  Headers extends z.ZodObject = None,
  Body extends JsonBody | StreamBody | undefined = undefined,
>(
  route: RouteDeclaration<
    Params,
    Query,
    Headers,
    Body,
    Responses,
    HandlerContext<z.output<Params>, z.output<Query>, z.output<Headers>, BodyOf<Body>>,
    ReplyOf<Responses>
  >,
): Route {
  return route as unknown as Route;
}

type JsonBodyOptions<Schema extends z.ZodType> = {
  example: z.input<Schema>;
  examples?: Readonly<Record<string, z.input<Schema>>>;
  maxBytes?: number;
  itemByItem?: boolean;
};

/** A JSON body, read whole and checked against a schema. `maxBytes` (1 MiB) counts the inflated bytes. */
export function jsonBody<Schema extends z.ZodType>(
  schema: Schema,
  { example, examples = {}, maxBytes = 1024 * 1024, itemByItem = false }: JsonBodyOptions<Schema>,
): JsonBody<Schema> {
  assertClosed(schema);
  return { kind: "json", schema, example, examples, maxBytes, itemByItem };
}

/** A body that the handler reads as a stream, in one of the content types given. */
export function streamBody<ContentType extends string>(
  contentTypes: StreamBody<ContentType>["contentTypes"],
): StreamBody<ContentType> {
  return { kind: "stream", contentTypes };
}
