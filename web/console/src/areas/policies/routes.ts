/** Policies (规则设置): deadlines, kinds that are not taken. */
import type { RouteRecordRaw } from "vue-router";

const group = "规则设置";
const permission = "configure" as const;

export const routes: RouteRecordRaw[] = [
  { path: "/policies/deadlines", name: "deadline-policies", component: () => import("./DeadlinesPage.vue"), meta: { title: "办理时限", group, order: 500, permission } },
  { path: "/policies/kinds", name: "decline-kinds", component: () => import("./KindsPage.vue"), meta: { title: "不予受理的情形", group, order: 510, permission } },
];
