/** WeChat's part of the phone. The H5 has none of it, except under the simulator of a development build. */
import { simulator } from "./simulator";

/** A code that the server exchanges for who this is; `null` outside WeChat. */
export async function loginCode(): Promise<string | null> {
  // #ifdef MP-WEIXIN
  const answer = await new Promise<UniApp.LoginRes | null>((resolve) =>
    uni.login({ provider: "weixin", success: resolve, fail: () => resolve(null) }),
  );
  return answer?.code ?? null;
  // #endif
  // #ifndef MP-WEIXIN
  return (await simulator?.loginCode().catch(() => null)) ?? null;
  // #endif
}

/** By template, what the person answered: `accept`, `reject`, `ban` or `filter`. */
export type Answers = Record<string, "accept" | "reject" | "ban" | "filter">;

/** WeChat takes at most this many in one question. */
const TEMPLATES_AT_ONCE = 3;
const WORDS = ["accept", "reject", "ban", "filter"] as const;

/** Asks whether messages may be pushed. Must be called from a press; `null` when it cannot be asked here. */
export async function askForPushes(templates: string[]): Promise<Answers | null> {
  const tmplIds = templates.slice(0, TEMPLATES_AT_ONCE);
  if (tmplIds.length === 0) return null;
  const given = await question(tmplIds);
  if (!given) return null;
  return Object.fromEntries(tmplIds.map((id) => [id, WORDS.find((word) => word === given[id]) ?? "reject"]));
}

async function question(tmplIds: string[]): Promise<Record<string, unknown> | null> {
  // #ifdef MP-WEIXIN
  return new Promise((resolve) =>
    uni.requestSubscribeMessage({
      tmplIds,
      success: (given) => resolve(given as unknown as Record<string, unknown>),
      fail: () => resolve(null),
    }),
  );
  // #endif
  // #ifndef MP-WEIXIN
  return (await simulator?.askForPushes(tmplIds).catch(() => null)) ?? null;
  // #endif
}

/** Whether this build can ask for pushes at all. */
export function hasPushes(): boolean {
  let has = true;
  // #ifndef MP-WEIXIN
  has = simulator !== null;
  // #endif
  return has;
}

/** Reads a code with the camera; `null` when there is no camera here, or the person went back. */
export async function scan(): Promise<string | null> {
  // #ifdef MP-WEIXIN
  return new Promise((resolve) => uni.scanCode({ success: ({ result }) => resolve(result), fail: () => resolve(null) }));
  // #endif
  // #ifndef MP-WEIXIN
  return null;
  // #endif
}

/** Whether the H5 is open inside WeChat, which alone can tell who somebody is. */
export function inWeChat(): boolean {
  let inside = false;
  // #ifdef H5
  inside = /MicroMessenger/i.test(navigator.userAgent);
  // #endif
  return inside;
}

/** Leaves the app for an address that leads back to it. */
export function openAddress(url: string): void {
  // #ifdef H5
  location.assign(url);
  // #endif
  void url;
}
