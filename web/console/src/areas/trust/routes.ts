/** Trust (安全与审计): logins, accounts, the audit, personal information. */
import type { RouteRecordRaw } from "vue-router";

const group = "安全与审计";
const accounts = "accounts" as const;
const audit = "audit" as const;
const personal = "personal_data" as const;
const retention = "retention" as const;

export const routes: RouteRecordRaw[] = [
  { path: "/setup", name: "setup", component: () => import("./SetupPage.vue"), meta: { title: "设置密码", open: true, bare: true } },
  { path: "/login/steps", name: "login-steps", component: () => import("./StepsPage.vue"), meta: { title: "登录", bare: true } },
  { path: "/trust/accounts", name: "accounts", component: () => import("./AccountsPage.vue"), meta: { title: "账号", group, order: 600, permission: accounts } },
  { path: "/trust/accounts/new", name: "account-new", component: () => import("./AccountNewPage.vue"), meta: { title: "新建账号", under: "accounts", permission: accounts } },
  { path: "/trust/accounts/:id", name: "account", component: () => import("./AccountPage.vue"), meta: { title: "账号详情", under: "accounts", permission: accounts } },
  { path: "/trust/login-policy", name: "login-policy", component: () => import("./LoginPolicyPage.vue"), meta: { title: "登录策略", group, order: 610, permission: accounts } },
  { path: "/trust/audit", name: "audit-log", component: () => import("./AuditPage.vue"), meta: { title: "审计日志", group, order: 620, permission: audit } },
  { path: "/trust/contact-views", name: "contact-views", component: () => import("./ContactViewsPage.vue"), meta: { title: "联系方式查看记录", group, order: 630, permission: audit } },
  { path: "/trust/personal-data", name: "personal-data", component: () => import("./PersonalDataPage.vue"), meta: { title: "个人信息请求", group, order: 640, permission: personal } },
  { path: "/trust/personal-data/:id", name: "data-request", component: () => import("./DataRequestPage.vue"), meta: { title: "请求详情", under: "personal-data", permission: personal } },
  { path: "/trust/retention", name: "retention", component: () => import("./RetentionPage.vue"), meta: { title: "保存期限和到期清理", group, order: 650, permission: [retention, personal] } },
  { path: "/trust/retention/due", name: "retention-due", component: () => import("./RetentionDuePage.vue"), meta: { title: "到期的民意", under: "retention", permission: [retention, personal] } },
  { path: "/trust/retention/runs/:id", name: "retention-run", component: () => import("./RetentionRunPage.vue"), meta: { title: "清理详情", under: "retention", permission: retention } },
  { path: "/trust/own", name: "own-login", component: () => import("./OwnPage.vue"), meta: { title: "我的登录", group, order: 690 } },
];
