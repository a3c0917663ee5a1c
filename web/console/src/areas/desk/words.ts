/** The closed sets of words that the desk filters by; what the server names itself it names in `…_name`. */
import type { Schemas } from "../../api/client";

type Option<Word> = { value: Word; label: string };
export type State = Schemas["InboxEntry"]["state"];
export type Kind = Schemas["InboxEntry"]["kind"];
export type Action = Schemas["SubmissionDetailResponse"]["possible"][number];

export const STATES: Option<State>[] = [
  { value: "registered", label: "已登记，待办理" },
  { value: "accepted", label: "已受理，办理中" },
  { value: "awaiting_resident", label: "待居民补充" },
  { value: "handed_over", label: "已交办" },
  { value: "reopened", label: "重新办理中" },
  { value: "answered", label: "已答复，待评价" },
  { value: "merged", label: "已并案办理" },
  { value: "declined", label: "不予受理，已告知" },
  { value: "closed", label: "已办结" },
];
export const KINDS: Option<Kind>[] = [
  { value: "opinion", label: "提意见" },
  { value: "problem", label: "反映问题" },
  { value: "suggestion", label: "提建议" },
  { value: "thanks", label: "表示感谢" },
];
export const CHANNELS: Option<Schemas["LedgerEntry"]["channel"]>[] = [
  { value: "code", label: "扫码提交" },
  { value: "visit", label: "到站反映" },
  { value: "phone", label: "电话反映" },
  { value: "letter", label: "来信反映" },
];
export const SATISFACTIONS: Option<NonNullable<Schemas["LedgerEntry"]["satisfaction"]>>[] = [
  { value: "satisfied", label: "满意" },
  { value: "basically_satisfied", label: "基本满意" },
  { value: "dissatisfied", label: "不满意" },
];
export const URGENCIES: Option<Schemas["InboxEntry"]["urgency"]>[] = [
  { value: "normal", label: "一般" },
  { value: "urgent", label: "紧急" },
  { value: "hard", label: "疑难" },
];

export const label = <Word extends string>(options: Option<Word>[], word: Word | null | undefined): string =>
  options.find((option) => option.value === word)?.label ?? "";
