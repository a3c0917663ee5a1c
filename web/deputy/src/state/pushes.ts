import { ref } from "vue";
import { call } from "../api/request";
import type { Answer } from "../api/types";
import { read, write } from "../platform/storage";
import { askForPushes, hasPushes } from "../platform/wechat";

export type Pushes = Answer<"/api/v1/me/home", "get">["pushes"];

/** As many of each template are enough for a while: nobody is asked then. */
const ENOUGH = 3;
/** After a no, nobody is asked again by an action for this long. */
const REST_MS = 24 * 60 * 60 * 1000;

/** The ledger as last told by the server. */
export const pushes = ref<Pushes | null>(read<Pushes>("pushes"));

export function sawPushes(told: Pushes): void {
  pushes.value = told;
  write("pushes", told);
}

/** Reads the ledger anew, so that an action knows whether to ask; from a push nobody comes past the first page. */
export async function renewPushes(): Promise<void> {
  if (hasPushes()) sawPushes((await call("get", "/api/v1/me/home")).pushes);
}

/** Asks now, from a press; tells whether more pushes will come. */
export async function askNow(): Promise<boolean> {
  const templates = [...(pushes.value?.templates ?? [])].sort((a, b) => a.remaining - b.remaining);
  const results = await askForPushes(templates.map((template) => template.template_id));
  if (!results) return false;
  const accepted = Object.values(results).includes("accept");
  write("pushes-refused", accepted ? null : Date.now());
  sawPushes(await call("post", "/api/v1/me/push-permissions", { body: { results } }));
  return accepted;
}

/** After an action: asks when pushes run low. To be called from the press itself, before anything is awaited. */
export function offerPushes(): void {
  const low = pushes.value?.templates.some((template) => template.remaining < ENOUGH) ?? false;
  const refused = read<number>("pushes-refused") ?? 0;
  if (hasPushes() && low && Date.now() - refused > REST_MS) void askNow().catch(() => undefined);
}
