/** Addresses of the console. Nobody who is not signed in gets past the login, and comes back to where he wanted to be. */
import { createRouter, createWebHistory } from "vue-router";
import { link } from "../api/client";
import { pages, rightsFor } from "./areas";
import { useSession } from "./session";

export const router = createRouter({
  history: createWebHistory("/console/"),
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
  routes: [
    { path: "/", name: "home", component: () => import("./HomePage.vue"), meta: { title: "首页" } },
    { path: "/login", name: "login", component: () => import("./LoginPage.vue"), meta: { title: "登录", open: true, bare: true } },
    ...pages,
    { path: "/forbidden", name: "forbidden", component: () => import("./ForbiddenPage.vue"), meta: { title: "不能打开" } },
    { path: "/:rest(.*)*", name: "missing", component: () => import("./MissingPage.vue"), meta: { title: "没有这个页面" } },
  ],
});

router.beforeEach(async (to) => {
  const session = useSession();
  if (to.meta.open) return true;
  if (!session.isIn && !(await session.load())) return { name: "login", query: { next: to.fullPath } };
  // What a login still needs comes before everything else: a code, a new password, a second factor.
  const needsMore = (session.me?.needs.length ?? 0) > 0;
  if (needsMore && to.name !== "login-steps") return { name: "login-steps", query: { next: to.fullPath } };
  const rights = rightsFor(to);
  return rights.length === 0 || session.may(...rights) ? true : { name: "forbidden", query: { page: to.meta.title } };
});

router.afterEach((to) => {
  document.title = to.meta.title ? `${to.meta.title} · 民意码工作台` : "民意码工作台";
});

/** After a deployment the pages have other names: what was opened before loads them anew. */
router.onError((error, to) => {
  if (/dynamically imported module|Importing a module script failed/.test(String(error))) location.assign(router.resolve(to).href);
});

link.lost = () => {
  const session = useSession();
  const here = router.currentRoute.value;
  if (here.meta.open || !session.isIn) return;
  session.forget();
  void router.push({ name: "login", query: { next: here.fullPath, over: "1" } });
};
