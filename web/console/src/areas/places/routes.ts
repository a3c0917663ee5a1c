/** Places and people (站点网格代表): the guide of the first days, keeping them one by one, imports, the map, the next term. */
import type { RouteRecordRaw } from "vue-router";

const group = "站点网格代表";
const permission = "places" as const;

export const routes: RouteRecordRaw[] = [
  { path: "/places/setup", name: "places-setup", component: () => import("./SetupPage.vue"), meta: { title: "建立引导", group, order: 300, permission } },
  { path: "/places/regions", name: "places-regions", component: () => import("./RegionsPage.vue"), meta: { title: "行政区划", group, order: 310, permission } },
  { path: "/places/sites", name: "places-sites", component: () => import("./SitesPage.vue"), meta: { title: "站点", group, order: 320, permission } },
  { path: "/places/grids", name: "places-grids", component: () => import("./GridsPage.vue"), meta: { title: "网格", group, order: 330, permission } },
  { path: "/places/map", name: "places-map", component: () => import("./BoundaryPage.vue"), meta: { title: "网格地图", group, order: 335, permission } },
  { path: "/places/offices", name: "places-offices", component: () => import("./OfficesPage.vue"), meta: { title: "承办单位", group, order: 340, permission } },
  { path: "/places/deputies", name: "places-deputies", component: () => import("./DeputiesPage.vue"), meta: { title: "代表", group, order: 350, permission } },
  { path: "/places/assignments", name: "places-assignments", component: () => import("./AssignmentsPage.vue"), meta: { title: "代表进网格", group, order: 360, permission } },
  { path: "/places/term", name: "places-term", component: () => import("./TermPage.vue"), meta: { title: "换届", group, order: 370, permission } },
  { path: "/places/import", name: "places-import", component: () => import("./ImportPage.vue"), meta: { title: "批量导入", group, order: 380, permission } },
];
