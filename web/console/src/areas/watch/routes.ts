/** Watching (督办): deadlines, numbers, maps, what many say, the screen on the wall, reports. */
import type { RouteRecordRaw } from "vue-router";

const group = "督办";
const permission = "read_numbers" as const;

export const routes: RouteRecordRaw[] = [
  { path: "/watch/board", name: "watch-board", component: () => import("./BoardPage.vue"), meta: { title: "时限看板", group, order: 200, permission } },
  { path: "/watch/numbers", name: "watch-numbers", component: () => import("./NumbersPage.vue"), meta: { title: "统计", group, order: 210, permission } },
  { path: "/watch/map", name: "watch-map", component: () => import("./MapPage.vue"), meta: { title: "民意地图", group, order: 220, permission } },
  { path: "/watch/clusters", name: "watch-clusters", component: () => import("./ClustersPage.vue"), meta: { title: "热点", group, order: 230, permission } },
  { path: "/watch/clusters/:id", name: "watch-cluster", component: () => import("./ClusterPage.vue"), meta: { title: "热点详情", under: "watch-clusters", permission } },
  { path: "/watch/reports", name: "watch-reports", component: () => import("./ReportsPage.vue"), meta: { title: "月报", group, order: 240, permission } },
  { path: "/watch/screen", name: "watch-screen", component: () => import("./ScreenPage.vue"), meta: { title: "大屏", group, order: 250, permission, bare: true } },
];
