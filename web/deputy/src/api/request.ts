import { address } from "../logic/address.ts";
import { refresher, type Tokens } from "../logic/refresh.ts";
import { alone } from "../platform/alone";
import { takeEarly, type Raw } from "../platform/early";
import { read, write } from "../platform/storage";
import { Offline, Problem } from "./problem";
import type { Answer, Method, Params, PathOf, Query, Schemas, Sent } from "./types";

/** Where the product is: empty on the H5, which is served by it. */
export const BASE: string = import.meta.env.VITE_API_BASE ?? "";
const TIMEOUT_MS = 20_000;

export const tokens = {
  read: () => read<Tokens>("tokens"),
  write: (held: Tokens | null) => void write("tokens", held),
  of: (answer: Schemas["TokensResponse"]): Tokens => ({ access: answer.access_token, refresh: answer.refresh_token }),
};

let person = 0;

/** Somebody has gone: what was asked for that person is answered to nobody, so that nothing of it is kept here. */
export function forgetAsked(): void {
  person += 1;
}

let onSignedOut: () => Promise<boolean> = async () => false;

/** Sets what happens when the session is over; it tells whether there is a new one. */
export function whenSignedOut(handler: () => Promise<boolean>): void {
  onSignedOut = handler;
}

/** Exactly one request. Throws [`Offline`] when no answer came. */
function raw(method: string, url: string, body: unknown, headers: Record<string, string>): Promise<Raw> {
  return new Promise((resolve, reject) => {
    uni.request({
      url: BASE + url,
      method: method.toUpperCase() as "GET",
      data: body === undefined || body === null ? undefined : (JSON.stringify(body) as never),
      header: body === undefined || body === null ? headers : { ...headers, "content-type": "application/json" },
      dataType: "json",
      timeout: TIMEOUT_MS,
      success: ({ statusCode, data }) => resolve({ status: statusCode, body: data }),
      fail: () => reject(new Offline()),
    });
  });
}

const refresh = refresher(
  tokens,
  async (refresh_token) => {
    const { status, body } = await raw("post", "/api/v1/sessions/refresh", { refresh_token }, {});
    if (status === 200) return tokens.of(body as Schemas["TokensResponse"]);
    if (status === 401 || status === 422) return "refused";
    throw Problem.of(status, body);
  },
  alone,
);

/** A new access token in the place of one that is over; says nothing when the session is. */
export async function freshAccess(access: string): Promise<void> {
  await refresh(access).catch(() => undefined);
}

/** A request as the person who is signed in; an access token that is over is exchanged once. */
export async function send(method: string, url: string, body?: unknown, key?: string): Promise<unknown> {
  const whose = person;
  const checkPerson = (): void => {
    if (whose !== person) throw new Problem(401, "signed_out", "需要登录", "请先登录。");
  };
  const attempt = async (access: string | undefined): Promise<Raw> => {
    const begun = method === "get" ? await takeEarly(url, access) : null;
    if (begun) return begun;
    return raw(method, url, body, {
      accept: "application/json",
      ...(access ? { authorization: `Bearer ${access}` } : {}),
      ...(key ? { "idempotency-key": key } : {}),
    });
  };
  let access = tokens.read()?.access;
  if (!access && !isLogin(url)) {
    if (!(await onSignedOut())) throw new Problem(401, "signed_out", "需要登录", "请先登录。");
    access = tokens.read()?.access;
  }
  let answer = await attempt(access);
  // Nor does it sign anybody in anew.
  checkPerson();
  if (answer.status === 401 && access) {
    const fresh = await refresh(access);
    if (fresh !== "refused") answer = await attempt(fresh.tokens.access);
    else if (await onSignedOut()) answer = await attempt(tokens.read()?.access);
  }
  checkPerson();
  if (answer.status >= 200 && answer.status < 300) return answer.body;
  throw Problem.of(answer.status, answer.body);
}

function isLogin(url: string): boolean {
  return /^\/api\/v1\/(sessions|bindings|one-time-codes)/.test(url);
}

/** One operation of openapi.yaml, with its types. */
export function call<M extends Method, P extends PathOf<M>>(
  method: M,
  path: P,
  given: { params?: Params<P, M>; query?: Query<P, M>; body?: Sent<P, M>; key?: string } = {},
): Promise<Answer<P, M>> {
  const url = address(path, given.params as Record<string, unknown>, given.query as Record<string, unknown>);
  return send(method, url, given.body, given.key) as Promise<Answer<P, M>>;
}
