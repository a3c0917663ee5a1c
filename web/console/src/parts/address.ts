/** Filters that live in the address, so that a link can be shared and "back" goes back. */
import { computed, type ComputedRef } from "vue";
import { useRoute, useRouter } from "vue-router";

export type Filters = Record<string, string>;

/** What of an address is filled in; of a name that stands in it twice the first counts. */
export function readFilters(query: Record<string, unknown>, names: readonly string[]): Filters {
  const found: Filters = {};
  for (const name of names) {
    const value: unknown = Array.isArray(query[name]) ? query[name][0] : query[name];
    if (typeof value === "string" && value !== "") found[name] = value;
  }
  return found;
}

/** The address after a change: what is empty goes, and so does the place in the list, for it is another list. */
export function withChange(query: Record<string, unknown>, change: Filters): Record<string, unknown> {
  const next: Record<string, unknown> = { ...query, ...change };
  delete next.cursor;
  for (const name of Object.keys(change)) if (change[name] === "") delete next[name];
  return next;
}

interface Address {
  filters: ComputedRef<Filters>;
  /** Changes the address where it stands. */
  set: (change: Filters) => void;
  /** Goes on to another list: "back" comes back to this one. */
  go: (change: Filters) => void;
}

export function useAddress(names: readonly string[]): Address {
  const route = useRoute();
  const router = useRouter();
  const filters = computed(() => readFilters(route.query, names));
  const set = (change: Filters) => void router.replace({ query: withChange(route.query, change) as Filters });
  const go = (change: Filters) => void router.push({ query: withChange(route.query, change) as Filters });
  return { filters, set, go };
}

/** A download's address with the filters in it. */
export function withFilters(path: string, filters: Filters): string {
  const query = new URLSearchParams(filters).toString();
  return query ? `${path}${path.includes("?") ? "&" : "?"}${query}` : path;
}
