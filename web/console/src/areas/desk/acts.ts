/**
 * What a handler does with a submission, as forms: which fields an action asks for and what it sends. Which of them are
 * possible the server says in `possible`.
 */
import { api, ask, type Schemas } from "../../api/client";
import { URGENCIES, type Action } from "./words";

export type Case = Schemas["SubmissionDetailResponse"];
export type Values = Record<string, string>;
export type Choice = { value: string; label: string; /** What the choice writes into the text. */ fills?: string };

export interface Field {
  name: string;
  label: string;
  kind: "text" | "area" | "select" | "target";
  /** Asked for when the form opens. */
  options?: (of: Case) => Promise<Choice[]>;
  most?: number;
  hint?: string;
  /** The field that a choice's `fills` goes into. */
  into?: string;
  isOptional?: boolean;
}

export interface Act {
  action: Action;
  label: string;
  /** The key that opens it. */
  key: string;
  fields: Field[];
  /** Said before it is sent. */
  note?: string;
  send: (id: string, values: Values) => Promise<unknown>;
}

const path = (id: string) => ({ path: { id } });
/** The same form sent twice is one act. */
const once = (id: string, key: string) => ({ ...path(id), header: { "Idempotency-Key": key } });

const offices = async (of: Case): Promise<Choice[]> => {
  const { items } = await ask(api.GET("/api/v1/submissions/{id}/offices", { params: path(of.id) }));
  return items.map((office) => ({ value: office.id, label: [office.name, office.hint].filter(Boolean).join("：") }));
};
const declineKinds = async (): Promise<Choice[]> => {
  const { items } = await ask(api.GET("/api/v1/decline-kinds"));
  return items.filter((kind) => kind.is_active).map((kind) => ({ value: kind.code, label: kind.name, fills: kind.guidance }));
};
const phrases = async (): Promise<Choice[]> => {
  const { templates, recent } = await ask(api.GET("/api/v1/me/phrases"));
  const own = recent.map((text) => ({ value: text, label: `最近：${text.slice(0, 24)}`, fills: text }));
  return [...templates.map(({ title, text }) => ({ value: title, label: title, fills: text })), ...own];
};

/** In the order in which they stand on the page. Merging and taking back stand where what they are about stands. */
export const ACTS: Act[] = [
  {
    action: "accept",
    label: "受理",
    key: "a",
    fields: [],
    note: "受理以后请在期限内答复或者交办。",
    send: (id) => ask(api.POST("/api/v1/submissions/{id}/accept", { params: path(id) })),
  },
  {
    action: "answer",
    label: "答复",
    key: "r",
    fields: [
      { name: "phrase", label: "常用答复", kind: "select", options: phrases, into: "text", isOptional: true },
      { name: "text", label: "答复内容", kind: "area", most: 4000, hint: "居民会立刻看到。写清楚做了什么、结果怎样。" },
    ],
    send: (id, { text = "", key = "" }) => ask(api.POST("/api/v1/submissions/{id}/answers", { params: once(id, key), body: { text } })),
  },
  {
    action: "hand_over",
    label: "交办",
    key: "h",
    fields: [
      { name: "office_id", label: "承办单位", kind: "select", options: offices },
      { name: "demand", label: "要求", kind: "area", most: 2000 },
      { name: "is_hard", label: "难易", kind: "select", options: async () => [{ value: "", label: "一般" }, { value: "true", label: "疑难，期限更长" }], isOptional: true },
    ],
    send: (id, { office_id = "", demand = "", is_hard, key = "" }) =>
      ask(api.POST("/api/v1/submissions/{id}/handovers", { params: once(id, key), body: { office_id, demand, is_hard: is_hard === "true" } })),
  },
  {
    action: "transfer",
    label: "转办",
    key: "t",
    fields: [
      { name: "target", label: "转给谁", kind: "target" },
      { name: "reason", label: "原因", kind: "area", most: 500 },
    ],
    note: "时限不变；来回转或者转第三次时交给联络站决定。",
    send: (id, { target = "{}", reason = "", key = "" }) =>
      ask(api.POST("/api/v1/submissions/{id}/transfer", { params: once(id, key), body: { ...(JSON.parse(target) as object), reason } })),
  },
  {
    action: "ask_resident",
    label: "请居民补充",
    key: "i",
    fields: [{ name: "question", label: "要补充什么", kind: "area", most: 500, hint: "等待期间时限暂停，居民 10 天没有补充就继续办理。" }],
    send: (id, { question = "", key = "" }) => ask(api.POST("/api/v1/submissions/{id}/info-requests", { params: once(id, key), body: { question } })),
  },
  {
    action: "decline",
    label: "不予受理",
    key: "d",
    fields: [
      { name: "kind", label: "情形", kind: "select", options: declineKinds, into: "text" },
      { name: "text", label: "告知内容", kind: "area", most: 2000, hint: "要写清居民可以去哪里反映。居民可以申请一次复核。" },
    ],
    send: (id, { kind = "", text = "", key = "" }) => ask(api.POST("/api/v1/submissions/{id}/decline", { params: once(id, key), body: { kind, text } })),
  },
  {
    action: "change_urgency",
    label: "调整缓急",
    key: "u",
    fields: [{ name: "urgency", label: "缓急", kind: "select", options: async () => URGENCIES }],
    note: "已经答应居民的日期不变。",
    send: (id, { urgency }) =>
      ask(api.POST("/api/v1/submissions/{id}/urgency", { params: path(id), body: { urgency: urgency as Case["urgency"] } })),
  },
  {
    action: "split",
    label: "拆分",
    key: "s",
    fields: [
      { name: "kind", label: "拆出来的类型", kind: "select", options: async () => [{ value: "problem", label: "反映问题" }, { value: "suggestion", label: "提建议" }, { value: "opinion", label: "提意见" }] },
      { name: "text", label: "拆出来的内容", kind: "area", most: 4000, hint: "另立一件，有自己的编号和时限；居民从原来的回执看到它。" },
    ],
    send: (id, { kind, text = "" }) =>
      ask(api.POST("/api/v1/submissions/{id}/split", { params: path(id), body: { parts: [{ kind: kind as Case["kind"], text }] } })),
  },
  {
    action: "restrict",
    label: "转为保密件",
    key: "l",
    fields: [{ name: "level", label: "由哪一级办理", kind: "select", options: async () => [{ value: "county", label: "县（市、区）人大" }, { value: "city", label: "市人大" }] }],
    note: "反映国家工作人员的问题转为保密件。之后本站和代表都看不到它，不能撤销。",
    send: (id, { level }) => ask(api.POST("/api/v1/submissions/{id}/restrict", { params: path(id), body: { level: level as "county" | "city" } })),
  },
];
