import type { RequestObserver } from "./observe-requests.ts";

/** Ends the span of each request, which by now is known by its route. */
export const traceRequest: RequestObserver = {
  end({ req, status }) {
    const { method, matched } = req;
    req.span.end({
      name: matched ? `${method} ${matched.path}` : method,
      attributes: {
        "http.request.method": method,
        "http.route": matched?.path,
        "http.response.status_code": status,
        "longshore.request.id": req.id,
      },
      failure: status >= 500 ? `answered ${status}` : undefined,
    });
  },
};
