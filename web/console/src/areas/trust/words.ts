/** The words of accounts and of the audit log in Chinese, for filters and forms. */
import type { Schemas } from "../../api/client";

type Option = { value: string; label: string };
type Words<T extends string> = Record<T, string>;

const options = (words: Record<string, string>): Option[] => Object.entries(words).map(([value, label]) => ({ value, label }));

/** Roles that an account can be given; deputies come in by invitation. */
export const roles: Words<Exclude<Schemas["AccountEntry"]["role"], "deputy">> = {
  station_staff: "联络员",
  station_head: "站长",
  office_handler: "承办人员",
  street_admin: "街镇管理员",
  county_admin: "县级管理员",
  city_admin: "市级管理员",
  auditor: "审计员",
  security_admin: "安全管理员",
  system_admin: "系统管理员",
};
export const roleOptions: Option[] = options({ deputy: "人大代表", ...roles });
export const newRoleOptions: Option[] = options(roles);

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
  audit_exported: "导出审计日志",
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
  audit_log: "审计日志",
} satisfies Partial<Words<Schemas["AuditLogEntry"]["object_kind"]>>);

export const dataKinds: Record<string, string> = { erase: "删除", freeze: "停止处理", unfreeze: "恢复处理" };
