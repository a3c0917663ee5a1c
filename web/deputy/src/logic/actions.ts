/** What a deputy may do with a submission now, in her words: exactly what the server says is possible. */

export interface Offer {
  kind: string;
  name: string;
  hint: string;
  /** The one thing to do, if there is one. */
  first: boolean;
  /** Needs no form: what to send at once. */
  now?: { method: "POST"; path: string; body: Record<string, unknown> | null };
}

interface Matter {
  id: string;
  state: string;
  possible: string[];
  urgency: string;
}

/** In the order in which they are offered. */
export function actionsOf(matter: Matter): Offer[] {
  const may = (action: string) => matter.possible.includes(action);
  const post = (what: string, body: Record<string, unknown> | null = null) => ({
    method: "POST" as const,
    path: `/api/v1/submissions/${matter.id}/${what}`,
    body,
  });
  const offers: (Offer | false)[] = [
    may("answer") && {
      kind: "answer",
      name: matter.state === "answered" ? "补充答复" : "答复居民",
      hint: "写几句话，居民在回执上能看到。",
      first: matter.state !== "answered",
    },
    may("accept") && { kind: "accept", name: "受理", hint: "告诉居民您已经在办。", first: false, now: post("accept") },
    may("ask_resident") && { kind: "ask", name: "请居民补充", hint: "情况不清楚时问一问，等待期间时限暂停。", first: false },
    may("hand_over") && { kind: "hand_over", name: "交办部门", hint: "需要部门去办的，请部门办理后回复您。", first: false },
    may("transfer") && { kind: "transfer", name: "转给别人", hint: "不归您的网格，转给负责的代表。", first: false },
    may("propose") && { kind: "propose", name: "写成代表建议", hint: "普遍的、要长期解决的问题。", first: false },
    may("meet") && { kind: "meet", name: "约居民见面", hint: "在接待日当面谈。", first: false },
    may("decline") && { kind: "decline", name: "不予受理并告知", hint: "不属于代表职责的，告诉居民该找谁。", first: false },
    may("merge") && { kind: "merge", name: "并案", hint: "和另一件说的是同一件事，一起答复。", first: false },
    may("unmerge") && { kind: "unmerge", name: "取消并案", hint: "不是同一件事，单独办理。", first: false, now: post("unmerge") },
    may("split") && { kind: "split", name: "拆分", hint: "一封信说了几件事，分开办。", first: false },
    may("change_urgency") && matter.urgency !== "urgent" && {
      kind: "urgent",
      name: "标为紧急",
      hint: "有危险或者影响很大，期限会缩短。",
      first: false,
      now: post("urgency", { urgency: "urgent" }),
    },
    may("change_urgency") && matter.urgency !== "normal" && {
      kind: "normal",
      name: "改为一般",
      hint: "按一般期限办理。",
      first: false,
      now: post("urgency", { urgency: "normal" }),
    },
    may("release") && {
      kind: "release",
      name: may("withdraw_release") ? "修改公开的内容" : "公开办理结果",
      hint: "居民同意的，隐去个人信息后让大家看到。",
      first: false,
    },
    may("withdraw_release") && { kind: "withdraw_release", name: "停止公开", hint: "大家不能再看到这件事。", first: false },
  ];
  return offers.filter((offer): offer is Offer => offer !== false);
}
