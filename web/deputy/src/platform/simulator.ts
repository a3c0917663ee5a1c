/**
 * The WeChat simulator's phone opens the H5 in place of the mini-program. Only development builds contain it
 * (`--mode simulator`): elsewhere an address must never sign anybody in.
 */
import { sure } from "../state/question";
import { read, write } from "./storage";

interface Simulator {
  /** As `wx.login`: a fresh code each time; the first came with the opening. */
  loginCode(): Promise<string>;
  /** As WeChat's button for the phone number: a code, or `null` when the person says no. */
  phoneCode(): Promise<string | null>;
  askForPushes(templates: string[]): Promise<Record<string, string> | null>;
  /** Another person's phone than before: nothing of the other's may stay. */
  otherPerson: boolean;
}

type Json = Record<string, unknown>;

function post(url: string, body: Json): Promise<Json> {
  return new Promise((resolve, reject) =>
    uni.request({
      url,
      method: "POST",
      header: { "content-type": "application/json" },
      data: JSON.stringify(body) as never,
      success: ({ statusCode, data }) => (statusCode < 300 ? resolve(data as Json) : reject(new Error(String(statusCode)))),
      fail: reject,
    }),
  );
}

/** Takes what belongs to the opening out of the address: a code in the history would only be tried again. */
function taken(names: string[]): (string | null)[] {
  const [page, search] = location.hash.split("?");
  const query = new URLSearchParams(search ?? "");
  const values = names.map((name) => query.get(name));
  for (const name of names) query.delete(name);
  const rest = query.toString();
  if (values.some((value) => value !== null)) history.replaceState(history.state, "", page + (rest ? `?${rest}` : ""));
  return values;
}

function open(): Simulator | null {
  let [code, givenOpenid, givenUrl] = taken(["js_code", "openid", "simulator"]);
  const before = read<string>("settings:openid");
  const openid = givenOpenid ?? before;
  const url = givenUrl ?? read<string>("settings:simulator");
  if (!openid || !url) return null;
  write("settings:openid", openid);
  write("settings:simulator", url);
  const user = `${url.replace(/\/$/, "")}/_sim/users/${openid}`;
  return {
    otherPerson: Boolean(code) && before !== openid,
    async loginCode() {
      const first = code;
      code = null;
      return first ?? String((await post(`${user}/js_code`, {})).js_code);
    },
    async phoneCode() {
      const allowed = await sure({ title: "微信模拟器", words: "允许使用手机号？", yes: "允许", no: "拒绝" });
      return allowed ? String((await post(`${user}/phone_code`, {})).code) : null;
    },
    async askForPushes(tmplIds) {
      const first = await post(`${user}/subscribe`, { tmplIds });
      const asked = (first.ask as { template_id: string; title: string }[] | undefined) ?? null;
      if (!asked) return first as Record<string, string>;
      const words = asked.map((one) => one.title).join("、");
      const accept = (await sure({ title: "允许发送消息？", words, yes: "允许", no: "取消" })) ? asked.map((one) => one.template_id) : [];
      return (await post(`${user}/subscribe`, { tmplIds, accept, always: false })) as Record<string, string>;
    },
  };
}

export const simulator: Simulator | null = import.meta.env.MODE === "simulator" && typeof location !== "undefined" ? open() : null;
