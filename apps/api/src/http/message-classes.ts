import { IncomingMessage, ServerResponse } from "node:http";
import type { Express } from "express";
import { asksForStream } from "./streams/asks-for-stream.ts";

const flag = Symbol("upgrade");

export type MessageClasses = { IncomingMessage: typeof IncomingMessage; ServerResponse: typeof ServerResponse };

/**
 * The classes of an app's requests and responses, whose prototypes become those of the app. Express gives its prototypes to
 * all that arrive, which costs more than all else that it does; what was made with them is left as it is.
 */
export function createMessageClasses(app: Express): MessageClasses {
  /**
   * A request that makes Node let go of the connection of a stream, as it does by itself of a WebSocket's only. An open
   * answer of HTTP takes 20 KiB, half of it for a parser that has nothing more to parse; a socket alone takes 4.
   */
  class AppRequest extends IncomingMessage {
    private [flag]: unknown;

    get upgrade(): unknown {
      return this[flag] || asksForStream(this);
    }

    set upgrade(value: unknown) {
      this[flag] = value;
    }
  }
  class AppResponse<Asked extends IncomingMessage> extends ServerResponse<Asked> {}

  app.request = adopt(AppRequest.prototype, app.request);
  app.response = adopt(AppResponse.prototype, app.response);
  return { IncomingMessage: AppRequest, ServerResponse: AppResponse };
}

function adopt<Prototype extends object>(own: object, parent: Prototype): Prototype {
  return Object.setPrototypeOf(own, parent) as Prototype;
}
