import { computed, ref, shallowRef } from "vue";
import { wordsOf } from "../api/problem";
import { call } from "../api/request";
import type { Answer, PathOf, Query } from "../api/types";
import { useView } from "./view";

/** What the lists answer. */
interface Page<T> {
  items: T[];
  next_cursor?: string | null;
}

type ItemOf<P extends PathOf<"get">> = Answer<P, "get"> extends Page<infer T> ? T : never;

/** A list that goes on: the first page is kept for offline, more come on a press. */
export function usePages<P extends PathOf<"get">>(path: P) {
  const first = useView(path);
  const rest = shallowRef<ItemOf<P>[]>([]);
  const cursor = ref<string | null>(null);
  const trouble = ref("");
  let query: Query<P, "get"> | undefined;

  const items = computed(() => [...((first.data.value as Page<ItemOf<P>> | null)?.items ?? []), ...rest.value]);

  async function load(given?: Query<P, "get">): Promise<void> {
    query = given;
    rest.value = [];
    await first.load({ query: given });
    cursor.value = (first.data.value as Page<ItemOf<P>> | null)?.next_cursor ?? null;
  }

  async function more(): Promise<void> {
    trouble.value = "";
    try {
      const onward = { ...(query as object | undefined), cursor: cursor.value } as Query<P, "get">;
      const page = (await call("get", path, { query: onward })) as unknown as Page<ItemOf<P>>;
      rest.value = [...rest.value, ...page.items];
      cursor.value = page.next_cursor ?? null;
    } catch (error) {
      trouble.value = wordsOf(error);
    }
  }

  return { items, cursor, trouble, load, more, loading: first.loading, failure: first.failure, stale: first.stale, data: first.data };
}
