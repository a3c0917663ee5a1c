/** The words of accounts and of the audit log in Chinese, for filters and forms. */
import type { Schemas } from "../../api/client";
import { roleOptions } from "../../parts/roles";

type Option = { value: string; label: string };
type Words<T extends string> = Record<T, string>;

const options = (words: Record<string, string>): Option[] => Object.entries(words).map(([value, label]) => ({ value, label }));

/** Roles that an account can be given; deputies come in by invitation. */
export const newRoleOptions: Option[] = roleOptions.filter(({ value }) => value !== "deputy");

/** Where an account of a role belongs. */
export function placeOf(role: string): "site" | "office" | "region" | "maybe-region" | "none" {
  if (role === "station_staff" || role === "station_head") return "site";
  if (role === "office_handler") return "office";
  if (role === "auditor" || role === "security_admin") return "maybe-region";
  return role === "system_admin" ? "none" : "region";
}

export const obligedOptions: Option[] = options({
  nobody: "自愿",
  administrators: "各级管理员、安全管理员、审计员",
  everybody: "所有用密码登录的人",
});

export const actionOptions: Option[] = options({
  signed_in: "登录",
  signed_out: "退出登录",
  second_step_passed: "通过动态验证码",
  password_changed: "修改密码",
  second_factor_bound: "绑定动态验证码",
  second_factor_removed: "解除动态验证码",
  account_created: "新建账号",
  account_changed: "修改账号",
  account_disabled: "停用账号",
  account_enabled: "启用账号",
  setup_link_made: "发出设置密码的链接",
  session_revoked: "终止会话",
  login_policy_changed: "修改登录策略",
  deadline_policy_set: "设置办理时限",
  clocks_recomputed: "重新计算办理期限",
  calendar_year_taken: "导入一年的节假日安排",
  content_word_added: "加入内容检查的词",
  content_word_removed: "移出内容检查的词",
  answer_templates_set: "设置答复模板",
  message_wording_set: "设置消息的文字",
  personal_data_searched: "查找个人信息",
  personal_data_copied: "导出个人信息",
  personal_data_requested: "提出个人信息请求",
  personal_data_decided: "决定个人信息请求",
  retention_set: "设置保存期限",
  retention_started: "开始到期清理",
  retention_cancelled: "取消到期清理",
  retention_ended: "到期清理结束",
  audit_exported: "导出审计日志",
  categories_imported: "导入分类",
  decline_kind_set: "设置不予受理的情形",
  revisit_policy_set: "设置回访规则",
  slot_schemes_set: "设置接待时段",
  delivery_policy_set: "设置消息发送时间",
  test_message_sent: "发送测试消息",
  places_saved: "保存站点网格代表",
  boundaries_set: "导入边界",
  term_advanced: "换届",
  deputy_invited: "邀请代表登录",
  deputy_unbound: "解除代表的微信绑定",
  codes_made: "制码",
  codes_suspended: "暂停码",
  codes_resumed: "恢复码",
  codes_replaced: "更换码",
  codes_retired: "停用码",
  code_hung: "登记张贴",
  code_taken_down: "登记摘除",
  print_design_set: "设置印刷样式",
  print_job_created: "印刷",
  print_job_cancelled: "取消印刷",
  hearing_planned: "安排活动",
  hearing_changed: "修改活动",
  hearing_held: "记录活动",
  list_exported: "导出列表",
} satisfies Partial<Words<Schemas["AuditLogEntry"]["action"]>>);

export const objectOptions: Option[] = options({
  account: "账号",
  session: "登录会话",
  login_policy: "登录策略",
  deadline_policy: "办理时限",
  calendar_year: "工作日历",
  content_word: "内容检查的词",
  answer_templates: "答复模板",
  message_wording: "消息的文字",
  personal_data: "个人信息",
  personal_data_request: "个人信息请求",
  retention_period: "保存期限",
  retention_run: "到期清理",
  audit_log: "审计日志",
  categories: "分类",
  decline_kind: "不予受理的情形",
  revisit_policy: "回访规则",
  delivery_policy: "消息发送时间",
  wechat: "微信设置",
  region: "区划",
  site: "站点",
  office: "承办单位",
  grid: "网格",
  deputy: "代表",
  assignment: "网格代表",
  code: "民意码",
  print_design: "印刷样式",
  print_job: "印刷任务",
  hearing: "接待活动",
  list: "列表",
} satisfies Partial<Words<Schemas["AuditLogEntry"]["object_kind"]>>);

export const dataKinds: Record<string, string> = { correct: "更正", erase: "删除", freeze: "停止处理", unfreeze: "恢复处理" };

/** Where a retention run stands, and how it looks. */
export const runStates: Record<string, { label: string; tone?: string }> = {
  waiting: { label: "正在排队", tone: "warn" },
  running: { label: "正在清理", tone: "warn" },
  done: { label: "已完成", tone: "good" },
  failed: { label: "出错", tone: "bad" },
  cancelled: { label: "已取消" },
};

/** Classes of data whose rows belong to submissions, besides names and phones. */
export const dueClasses: Option[] = options({ photos: "居民的照片", messages: "通知去向" });
