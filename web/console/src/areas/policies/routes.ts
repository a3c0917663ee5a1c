/** Policies (规则设置): deadlines and the calendar, kinds that are not taken, words of the check, templates of answers and messages, when messages go out, WeChat, roles. */
import type { RouteRecordRaw } from "vue-router";

const group = "规则设置";
const permission = "configure" as const;

export const routes: RouteRecordRaw[] = [
  { path: "/policies/deadlines", name: "deadline-policies", component: () => import("./DeadlinesPage.vue"), meta: { title: "办理时限", group, order: 500, permission } },
  { path: "/policies/kinds", name: "decline-kinds", component: () => import("./KindsPage.vue"), meta: { title: "不予受理的情形", group, order: 510, permission } },
  { path: "/policies/calendar", name: "calendar-years", component: () => import("./CalendarPage.vue"), meta: { title: "工作日历", group, order: 505, permission } },
  { path: "/policies/words", name: "content-words", component: () => import("./WordsPage.vue"), meta: { title: "内容检查词表", group, order: 520, permission } },
  { path: "/policies/answers", name: "answer-templates", component: () => import("./AnswersPage.vue"), meta: { title: "答复模板", group, order: 530, permission: "templates" } },
  { path: "/policies/messages", name: "message-templates", component: () => import("./MessagesPage.vue"), meta: { title: "消息模板", group, order: 540, permission } },
  { path: "/policies/delivery", name: "delivery-policy", component: () => import("./DeliveryPage.vue"), meta: { title: "消息发送时间", group, order: 545, permission } },
  { path: "/policies/wechat", name: "wechat-settings", component: () => import("./WechatPage.vue"), meta: { title: "微信设置", group, order: 550, permission } },
  // After the pages of trust: who keeps accounts alone begins with those.
  { path: "/policies/roles", name: "roles", component: () => import("./RolesPage.vue"), meta: { title: "角色和权限", group, order: 680, permission: ["configure", "accounts", "audit"] } },
];
