/** The words of deadline policies in Chinese. */
export const appliesTo: Record<string, string> = {
  submission: "答复居民",
  office: "交办",
  intersession: "闭会期间代表建议",
  proposal: "代表建议",
};

export const units: Record<string, string> = { working_days: "个工作日", calendar_days: "日", months: "个月" };

const ofSubmission: Record<string, string> = {
  answer: "答复",
  urgent_answer: "急事答复",
  remind: "到期前提醒",
  escalate: "超期后升级",
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
  escalate: "超期后升级",
};

/** The steps of what a policy applies to. */
export const stepsOf = (what: string): Record<string, string> => (what === "submission" ? ofSubmission : ofOffice);
