import { ref } from "vue";
import { Problem } from "../api/problem";
import { call, forgetAsked, tokens, whenSignedOut } from "../api/request";
import type { Me, Schemas } from "../api/types";
import { forgetAllFiles } from "../platform/files";
import { simulator } from "../platform/simulator";
import { forgetPerson, read, write } from "../platform/storage";
import { here, LOGIN } from "../platform/ways";
import { loginCode } from "../platform/wechat";
import { forgetNews } from "./news";
import { emptyOutbox, wakeOutbox } from "./outbox";

/** Who is signed in, as last known. */
export const me = ref<Me | null>(read<Me>("me"));

export async function refreshMe(): Promise<void> {
  me.value = await call("get", "/api/v1/me");
  write("me", me.value);
}

/** Keeps new tokens and asks who this is. */
export async function signedIn(answer: Schemas["TokensResponse"]): Promise<void> {
  tokens.write(tokens.of(answer));
  await refreshMe();
  wakeOutbox();
}

/** Signs in by WeChat alone, without a question. `false`: this WeChat belongs to no account yet. */
async function byWeChat(): Promise<boolean> {
  const js_code = await loginCode();
  if (!js_code) return false;
  try {
    await signedIn(await call("post", "/api/v1/sessions/wechat", { body: { js_code } }));
    return true;
  } catch (error) {
    if (error instanceof Problem && error.status < 500) return false;
    throw error;
  }
}

let running: Promise<boolean> | null = null;

/** The session is over: WeChat knows who this is, or the login page asks. Many requests may find out at once. */
function again(): Promise<boolean> {
  running ??= byWeChat()
    .then((done) => {
      if (!done) toLogin();
      return done;
    })
    .finally(() => {
      running = null;
    });
  return running;
}

function toLogin(): void {
  const from = here();
  if (!from.startsWith(LOGIN)) uni.reLaunch({ url: `${LOGIN}?from=${encodeURIComponent(from)}` });
}

export function startSession(): void {
  whenSignedOut(again);
  if (simulator?.otherPerson) clearPhone();
}

function clearPhone(): void {
  forgetAsked();
  emptyOutbox();
  forgetNews();
  forgetPerson();
  void forgetAllFiles();
  me.value = null;
}

/** Signs out. Everything personal leaves this phone, whether or not the server could be told. */
export async function signOut(): Promise<void> {
  forgetAsked();
  await call("delete", "/api/v1/sessions/current").catch(() => undefined);
  clearPhone();
  uni.reLaunch({ url: LOGIN });
}
