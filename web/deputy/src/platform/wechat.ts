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
  return simulator?.takeCode() ?? null;
  // #endif
}

export type Answers = Record<string, string>;

/** WeChat takes at most this many in one question. */
const TEMPLATES_AT_ONCE = 3;

/** Asks whether messages may be pushed. Must be called from a press; `null` when it cannot be asked here. */
export async function askForPushes(templates: string[]): Promise<Answers | null> {
  const tmplIds = templates.slice(0, TEMPLATES_AT_ONCE);
  if (tmplIds.length === 0) return null;
  // #ifdef MP-WEIXIN
  const answer = await new Promise<Record<string, unknown> | null>((resolve) =>
    uni.requestSubscribeMessage({
      tmplIds,
      success: (given) => resolve(given as unknown as Record<string, unknown>),
      fail: () => resolve(null),
    }),
  );
  if (!answer) return null;
  return Object.fromEntries(tmplIds.map((id) => [id, String(answer[id] ?? "reject")]));
  // #endif
  // #ifndef MP-WEIXIN
  return (await simulator?.askForPushes(tmplIds)) ?? null;
  // #endif
}

/** Whether this build can ask for pushes at all. */
export const hasPushes = ((): boolean => {
  // #ifdef MP-WEIXIN
  return true;
  // #endif
  // #ifndef MP-WEIXIN
  return simulator !== null;
  // #endif
})();
