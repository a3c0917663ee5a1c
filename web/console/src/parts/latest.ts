/** What is asked anew before it was answered, while somebody types: the older request is given up, and nothing comes of it. */
import { ref, type Ref } from "vue";
import { ApiProblem } from "../api/problem";

export interface Latest {
  busy: Ref<boolean>;
  problem: Ref<ApiProblem | undefined>;
  /** Asks, and shows what came unless something newer was asked since. A 401 shows nothing: the login does. */
  run<T>(ask: (signal: AbortSignal) => Promise<T>, show: (found: T) => void): Promise<void>;
}

export function useLatest(): Latest {
  const busy = ref(false);
  const problem = ref<ApiProblem>();
  let asked: AbortController | undefined;
  async function run<T>(ask: (signal: AbortSignal) => Promise<T>, show: (found: T) => void): Promise<void> {
    asked?.abort();
    const mine = new AbortController();
    asked = mine;
    busy.value = true;
    problem.value = undefined;
    try {
      const found = await ask(mine.signal);
      if (asked === mine) show(found);
    } catch (error) {
      if (asked !== mine) return;
      if (!(error instanceof ApiProblem)) throw error;
      if (error.body.code !== "not_signed_in") problem.value = error;
    } finally {
      if (asked === mine) busy.value = false;
    }
  }
  return { busy, problem, run };
}
