/** What each thread of a worker runs, see `threads/create-threads.ts`. */
import { threadHandlers } from "./jobs/thread-handlers.ts";
import { serveThread } from "./threads/serve-thread.ts";

export default serveThread(threadHandlers);
