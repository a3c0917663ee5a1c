/** The words of policies in Chinese. */
import type { Schemas } from "../../api/client";

export type Policy = Schemas["DeadlinePolicyBody"];
export type PolicyEntry = Schemas["DeadlinePolicyEntry"];

export const appliesTo: Record<string, string> = {
  submission: "答复居民",
  office: "交办",
  intersession: "闭会期间代表建议",
  proposal: "代表建议",
};

export const units: Record<string, string> = { working_days: "个工作日", calendar_days: "日", months: "个月" };

const ofSubmission: Record<string, string> = {
  answer: "答复",
  remind: "到期前提醒",
  escalate_head: "超期后告知站长（0 是当时）",
  escalate: "超期后升级",
  escalate_county: "超期后升级到县级",
  auto_close: "不评价自动办结",
  give_info: "居民补充情况",
};
const ofOffice: Record<string, string> = {
  accept: "签收或者退回",
  answer: "回复",
  extend: "延期",
  partner: "协办意见",
  redo: "重新办理",
  judge: "代表评价",
  remind: "到期前提醒",
  escalate_head: "超期后告知站长（0 是当时）",
  escalate: "超期后升级",
  escalate_county: "超期后升级到县级",
};

/** The steps of what a policy applies to. */
export const stepsOf = (what: string): Record<string, string> => (what === "submission" ? ofSubmission : ofOffice);

export const kinds: Record<NonNullable<Policy["kind"]>, string> = { opinion: "提意见", problem: "反映问题", suggestion: "提建议", thanks: "表示感谢" };
export const urgencies: Record<NonNullable<Policy["urgency"]>, string> = { normal: "一般", urgent: "紧急", hard: "疑难" };

/** To what a policy is narrowed, in words. */
export function coverOf(entry: PolicyEntry): string {
  const parts = [
    entry.urgency && urgencies[entry.urgency],
    entry.category ?? undefined,
    entry.kind && kinds[entry.kind],
    entry.region_code && (entry.region ?? entry.region_code),
  ];
  return parts.filter(Boolean).join(" · ") || "全部";
}

/** `5 个工作日`; without a length what covers more holds. */
export const lengthOf = ({ amount, unit }: Pick<Policy, "amount" | "unit">): string =>
  amount == null || unit === undefined ? "不再单独规定" : `${amount} ${units[unit]}`;

/** Whether two policies stand for the same step and the same matters. */
export const isSameRow = (one: Policy, other: Policy): boolean =>
  (["applies_to", "step", "kind", "category_id", "urgency", "region_code"] as const).every((field) => one[field] === other[field]);
