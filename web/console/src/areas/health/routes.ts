/** Whether messages arrive (运行情况): figures, people whom none reaches, and what did not arrive. */
import type { RouteRecordRaw } from "vue-router";

const group = "运行";
const permission = "upkeep";

export const routes: RouteRecordRaw[] = [
  { path: "/health/delivery", name: "health-delivery", component: () => import("./DeliveryPage.vue"), meta: { title: "消息送达", group, order: 700, permission } },
  { path: "/health/letters", name: "health-letters", component: () => import("./LettersPage.vue"), meta: { title: "没送到的消息", group, order: 710, permission } },
  { path: "/health/unreachable", name: "health-unreachable", component: () => import("./UnreachablePage.vue"), meta: { title: "联系不上的人", group, order: 720, permission } },
];
