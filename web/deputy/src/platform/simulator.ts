/**
 * The WeChat simulator's phone opens the H5 in place of the mini-program. Only development builds contain it
 * (`VITE_WECHAT_SIMULATOR=1`): elsewhere an address must never sign anybody in.
 */
import { read, write } from "./storage";

interface Simulator {
  /** A fresh login code, once for each opening. */
  takeCode(): string | null;
  phoneCode(): Promise<string | null>;
  askForPushes(templates: string[]): Promise<Record<string, string> | null>;
  /** Another person's phone than before: nothing of the other's may stay. */
  otherPerson: boolean;
}

function open(): Simulator | null {
  const query = new URLSearchParams(location.hash.split("?")[1] ?? "");
  let code = query.get("js_code");
  const openid = query.get("openid") ?? read<string>("settings:openid");
  const url = query.get("simulator") ?? read<string>("settings:simulator");
  if (!openid || !url) return null;
  const otherPerson = code !== null && read<string>("settings:openid") !== openid;
  write("settings:openid", openid);
  write("settings:simulator", url);
  const user = `${url.replace(/\/$/, "")}/_sim/users/${openid}`;
  const post = (path: string, body: unknown) =>
    new Promise<Record<string, unknown>>((resolve, reject) =>
      uni.request({ url: user + path, method: "POST", data: body as never, success: ({ data }) => resolve(data as never), fail: reject }),
    );
  return {
    otherPerson,
    takeCode() {
      const taken = code;
      code = null;
      return taken;
    },
    async phoneCode() {
      return String((await post("/phone-code", {})).code ?? "") || null;
    },
    async askForPushes(templates) {
      const { confirm } = await uni.showModal({ title: "微信模拟器", content: "允许发送服务通知？", confirmText: "允许", cancelText: "拒绝" });
      for (const template_id of templates) await post("/subscriptions", { template_id, [confirm ? "accept" : "reject"]: true });
      return Object.fromEntries(templates.map((id) => [id, confirm ? "accept" : "reject"]));
    },
  };
}

export const simulator: Simulator | null = import.meta.env.VITE_WECHAT_SIMULATOR === "1" && typeof location !== "undefined" ? open() : null;
