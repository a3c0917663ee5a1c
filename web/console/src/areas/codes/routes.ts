/** Codes and print (民意码): made, printed, hung up, watched, checked. */
import type { RouteRecordRaw } from "vue-router";
import type { Permission } from "../../app/session";

const group = "民意码";
/** Who keeps the machine may look codes up, but has none: those of a division belong to its people. */
const reads: Permission[] = ["print", "audit"];

export const routes: RouteRecordRaw[] = [
  { path: "/codes", name: "codes", component: () => import("./CodesPage.vue"), meta: { title: "民意码", group, order: 400, permission: reads } },
  { path: "/codes/make", name: "codes-make", component: () => import("./MakePage.vue"), meta: { title: "制码", group, order: 410, permission: "print" } },
  { path: "/codes/print", name: "codes-print", component: () => import("./PrintPage.vue"), meta: { title: "印刷", group, order: 420, permission: "print" } },
  { path: "/codes/watch", name: "codes-watch", component: () => import("./WatchPage.vue"), meta: { title: "扫码异常", group, order: 430, permission: reads } },
  { path: "/codes/check", name: "codes-check", component: () => import("./CheckPage.vue"), meta: { title: "验码", group, order: 440, permission: "upkeep" } },
  { path: "/codes/:token", name: "code", component: () => import("./CodePage.vue"), meta: { title: "民意码档案", under: "codes", permission: reads } },
];
