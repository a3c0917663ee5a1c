/** The areas' routes, collected: an area is a folder with a `routes.ts` that exports `routes`. */
import type { RouteRecordRaw } from "vue-router";
import type { Permission } from "./session";

declare module "vue-router" {
  interface RouteMeta {
    /** The page's name, in the menu and above it. */
    title?: string;
    /** Who may open it: one of these rights; without it whoever is signed in. */
    permission?: Permission | Permission[];
    /** The heading in the menu under which it stands; without it, it stands in none. */
    group?: string;
    /** Its place in the menu. Hundreds: 1 desk, 2 watch, 3 places, 4 codes, 5 policies, 6 trust, 7 health. */
    order?: number;
    /** The name of the route that it lies under, for the crumbs. */
    under?: string;
    /** Opened without being signed in. */
    open?: boolean;
    /** Shown without menu and frame. */
    bare?: boolean;
  }
}

const found = import.meta.glob<{ routes: RouteRecordRaw[] }>("../areas/*/routes.ts", { eager: true });

/** All pages of all areas, in the order of the menu. */
export const pages: RouteRecordRaw[] = Object.values(found)
  .flatMap((area) => area.routes)
  .sort((one, other) => (one.meta?.order ?? Infinity) - (other.meta?.order ?? Infinity));

/** The rights of which one opens a page; empty for whoever is signed in. */
export function rightsFor(page: { meta?: RouteRecordRaw["meta"] }): Permission[] {
  const wanted = page.meta?.permission ?? [];
  return Array.isArray(wanted) ? wanted : [wanted];
}
