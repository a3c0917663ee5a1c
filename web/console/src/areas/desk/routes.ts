/** Casework (办理): queues, a case, handovers, registering for residents, the ledger. */
import type { RouteRecordRaw } from "vue-router";

const group = "办理";

export const routes: RouteRecordRaw[] = [
  { path: "/desk/queue", name: "desk-queue", component: () => import("./QueuePage.vue"), meta: { title: "待办民意", group, order: 100, permission: ["handle", "serve", "audit"] } },
  { path: "/desk/cases/:id", name: "desk-case", component: () => import("./CasePage.vue"), meta: { title: "民意详情", under: "desk-queue", permission: "read_cases" } },
  { path: "/desk/handovers", name: "desk-handovers", component: () => import("./HandoversPage.vue"), meta: { title: "交办事项", group, order: 110, permission: ["handle", "act_for_office"] } },
  { path: "/desk/handovers/:id", name: "desk-handover", component: () => import("./HandoverPage.vue"), meta: { title: "交办详情", under: "desk-handovers", permission: ["handle", "act_for_office"] } },
  { path: "/desk/intake", name: "desk-intake", component: () => import("./IntakePage.vue"), meta: { title: "代为登记", group, order: 120, permission: "enter_for_resident" } },
  { path: "/desk/ledger", name: "desk-ledger", component: () => import("./LedgerPage.vue"), meta: { title: "台账", group, order: 130, permission: "ledger" } },
];
