/** Codes and print (民意码): made, printed, hung up, watched, checked. */
import type { RouteRecordRaw } from "vue-router";

const group = "民意码";

export const routes: RouteRecordRaw[] = [
  { path: "/codes", name: "codes", component: () => import("./CodesPage.vue"), meta: { title: "民意码", group, order: 400, permission: "upkeep" } },
  { path: "/codes/make", name: "codes-make", component: () => import("./MakePage.vue"), meta: { title: "制码", group, order: 410, permission: "print" } },
  { path: "/codes/print", name: "codes-print", component: () => import("./PrintPage.vue"), meta: { title: "印刷", group, order: 420, permission: "print" } },
  { path: "/codes/watch", name: "codes-watch", component: () => import("./WatchPage.vue"), meta: { title: "扫码异常", group, order: 430, permission: "upkeep" } },
  { path: "/codes/check", name: "codes-check", component: () => import("./CheckPage.vue"), meta: { title: "验码", group, order: 440, permission: "upkeep" } },
  { path: "/codes/:token", name: "code", component: () => import("./CodePage.vue"), meta: { title: "民意码档案", under: "codes", permission: "upkeep" } },
];
