/** The typed client of the HTTP interface, and the one place where an error answer becomes an {@link ApiProblem}. */
import createClient, { type Middleware } from "openapi-fetch";
import type { components, paths } from "../../generated/schema";
import { ApiProblem, type ProblemBody } from "./problem";

export { ApiProblem, type ProblemBody };
export type Schemas = components["schemas"];

/** What the client needs of the session; the session sets itself here, so that neither imports the other. */
export const link = {
  csrfToken: "",
  /** Every answer of the server, by which it knows that the session is alive. */
  answered: (): void => undefined,
  /** The session is over. */
  lost: (): void => undefined,
};

/** Says that a page asks by itself: the server does not take it for somebody at work. */
export const UNATTENDED = "X-Unattended";
let byThemselves = 0;

/** What is asked while `work` runs keeps no session alive. */
export async function unattended<T>(work: () => Promise<T>): Promise<T> {
  byThemselves += 1;
  try {
    return await work();
  } finally {
    byThemselves -= 1;
  }
}

const throughSession: Middleware = {
  onRequest({ request }) {
    if (!["GET", "HEAD"].includes(request.method)) request.headers.set("X-CSRF-Token", link.csrfToken);
    else if (byThemselves > 0) request.headers.set(UNATTENDED, "1");
    return request;
  },
  onResponse({ request, response }) {
    const login = new URL(request.url).pathname.startsWith("/api/v1/sessions");
    if (response.status === 401 && !login) link.lost();
    else if (response.ok && !request.headers.has(UNATTENDED)) link.answered();
    return undefined;
  },
};

export const api = createClient<paths>({ baseUrl: location.origin });
api.use(throughSession);

const UNREACHABLE = { title: "连不上服务器", detail: "请检查网络，稍后再试。", code: "unreachable" };
const UNREADABLE = { title: "服务器没有正常答复", detail: "请稍后再试；一直这样请告诉管理员。", code: "unreadable" };

function isProblem(error: unknown): error is ProblemBody {
  return typeof error === "object" && error !== null && "title" in error && "code" in error;
}

/**
 * Waits for an answer and gives its content.
 * @throws ApiProblem whatever went wrong, so that a page has one thing to show.
 */
export async function ask<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await call.catch(() => {
    throw new ApiProblem(0, UNREACHABLE);
  });
  if (response.ok) return data as T;
  throw new ApiProblem(response.status, isProblem(error) ? error : UNREADABLE);
}
