import { computed, ref, shallowRef } from "vue";
import { Offline, wordsOf } from "../api/problem";
import { send } from "../api/request";
import type { Answer, Params, PathOf, Query } from "../api/types";
import { address } from "../logic/address";
import { clock } from "../logic/times";
import { keepView, readKept } from "./kept";
import { online, sawNetwork } from "./network";

/**
 * One thing that a page shows: read from the server, and kept for when there is no network. `stale` says from when it
 * is, if it could not be read again.
 */
export function useView<P extends PathOf<"get">>(path: P) {
  const data = shallowRef<Answer<P, "get"> | null>(null);
  const loading = ref(false);
  const failure = ref<string | null>(null);
  const keptAt = ref<number | null>(null);
  let shown = "";
  let asked = 0;
  let answered = 0;

  async function load(given: { params?: Params<P, "get">; query?: Query<P, "get"> } = {}): Promise<void> {
    const url = address(path, given.params as Record<string, unknown>, given.query as Record<string, unknown>);
    if (shown !== url) {
      const kept = readKept<Answer<P, "get">>(url);
      [data.value, keptAt.value, shown] = [kept?.body ?? null, kept?.at ?? null, url];
    }
    asked += 1;
    const turn = asked;
    loading.value = true;
    failure.value = null;
    try {
      const body = (await send("get", url)) as Answer<P, "get">;
      sawNetwork(true);
      // An older answer that comes after a newer one says nothing any more.
      if (turn < answered) return;
      answered = turn;
      if (shown === url) [data.value, keptAt.value] = [body, null];
      keepView(url, body);
    } catch (error) {
      if (error instanceof Offline) sawNetwork(false);
      if (turn === asked) failure.value = wordsOf(error);
    } finally {
      if (turn === asked) loading.value = false;
    }
  }

  const stale = computed(() => (keptAt.value && !loading.value ? `${online.value ? "没能更新" : "离线"}，数据截至 ${clock(keptAt.value)}` : null));
  return { data, loading, failure, stale, load };
}
