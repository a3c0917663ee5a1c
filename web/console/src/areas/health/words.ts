/** The words of this area. */

/** What a message is about. */
export const TEMPLATES: Record<string, string> = { deputy_new: "待办提醒", deputy_deadline: "期限提醒", resident_progress: "进展通知" };

/** Ways by which a message can go out, as the server names them. */
export const CHANNELS = [
  { value: "wechat", label: "微信小程序" },
  { value: "wechat_service", label: "微信服务号" },
  { value: "dingtalk_robot", label: "钉钉群机器人" },
  { value: "wecom", label: "企业微信" },
  { value: "dingtalk", label: "钉钉" },
  { value: "sms", label: "短信" },
  { value: "mail", label: "邮件" },
] as const;

/** What a provider's refusal means, with its number for those who look it up. */
export function refusal(code: number | null | undefined, error: string | null | undefined): string {
  const words = code === 43101 ? "没有开启微信提醒" : code === 40003 ? "微信绑定不对" : error === "no channel known" ? "没有可用的渠道" : error === "outcome unknown" ? "不知道送到没有" : (error ?? "没有送到");
  return code == null ? words : `${words}（${code}）`;
}

/** How long something has waited: `3 分钟`. */
export function age(seconds: number | null | undefined): string {
  if (seconds == null) return "—";
  if (seconds < 60) return `${seconds} 秒`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} 分钟`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} 小时`;
  return `${Math.floor(seconds / 86_400)} 天`;
}
