/** What an entry of the audit log says besides who did what: its own names and words in Chinese. */
import { roleOptions } from "../../parts/roles";
import { dataKinds, obligedOptions } from "./words";

const NAMES: Record<string, string> = {
  account: "账号",
  action: "动作",
  added: "增加",
  amount: "长度",
  answer_due_at: "答复期限",
  applies_to: "用于",
  cancelled: "取消",
  category: "分类",
  category_id: "分类",
  changes: "改动",
  classes: "数据",
  code: "民意码",
  codes: "码数",
  corrected: "更正",
  daily: "每天自动清理",
  days: "日子",
  disabled: "已停用",
  due_days: "期限（天）",
  effective_from: "生效日期",
  erased: "删除",
  examined: "看过",
  fields: "改了",
  file: "文件",
  filter: "条件",
  filters: "条件",
  forgotten: "清理",
  found: "找到",
  frozen: "停止处理",
  granted: "同意",
  grids: "网格",
  handovers_moved: "期限变了的交办",
  idle_minutes: "没有操作几分钟退出",
  is_active: "可以选用",
  kind: "种类",
  locked: "已锁定",
  logo: "有标志",
  made: "制成",
  max_age_days: "密码几天必须换",
  min_length: "密码至少几个字符",
  moved: "期限变了",
  name: "名称",
  off: "取消原因",
  outcome: "结果",
  papers: "文件",
  phone: "电话",
  place: "地方",
  recovery_code: "用了恢复码",
  region: "区划",
  region_code: "区划",
  remaining: "还剩",
  remembered: "不能和前几次的密码相同",
  restored: "恢复",
  retired: "停用",
  role: "角色",
  rows: "行数",
  sample_percent: "抽取比例",
  schemes: "时段",
  second_factor: "谁必须用动态验证码",
  starts_at: "开始",
  step: "环节",
  submissions: "民意",
  submissions_moved: "期限变了的民意",
  template: "模板",
  templates: "模板",
  text: "文字",
  title: "标题",
  unit: "单位",
  urgency: "缓急",
  way: "方式",
  word: "词",
  words: "词",
  year: "年份",
  // Classes of data.
  contact: "姓名和电话",
  photos: "照片",
  messages: "通知去向",
  data_requests: "个人信息请求",
  audit_log: "审计日志",
  sessions: "登录会话",
  login_codes: "验证码和链接",
  prints: "印刷文件",
  drafts: "没有提交的照片",
  repeats: "防止重复办理的记录",
  terms: "查找相似民意用的词",
};

const WORDS: Record<string, string> = {
  ...dataKinds,
  ...Object.fromEntries([...roleOptions, ...obligedOptions].map(({ value, label }) => [value, label])),
  password: "密码",
  wechat: "微信",
  invitation: "邀请码",
  one_time_code: "短信验证码",
  setup_link: "设置链接",
  present_password: "输入现在的密码",
  second_factor: "动态验证码",
  added: "增加",
  changed: "修改",
  removed: "删除",
  working_days: "工作日",
  calendar_days: "日",
  months: "个月",
  submission: "答复居民",
  handover: "交办",
};

function word(value: unknown): string {
  if (typeof value === "boolean") return value ? "是" : "否";
  if (Array.isArray(value)) return value.map((one) => (typeof one === "string" ? (NAMES[one] ?? word(one)) : word(one))).join("、");
  if (typeof value === "object" && value !== null) return pairs(value).join("、");
  return WORDS[String(value)] ?? String(value);
}

/** What is not filled in says nothing. */
function pairs(detail: object): string[] {
  return Object.entries(detail)
    .filter(([, value]) => value !== null && value !== "")
    .map(([name, value]) => `${NAMES[name] ?? name} ${word(value)}`);
}

/** `方式 密码；行数 12`. */
export const said = (detail: object | null | undefined): string => pairs(detail ?? {}).join("；");
