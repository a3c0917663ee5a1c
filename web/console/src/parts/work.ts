/** Something that takes a while and may be refused: runs it once at a time and keeps what was answered instead. */
import { ref, type Ref } from "vue";
import { ApiProblem } from "../api/client";

export interface Work {
  busy: Ref<boolean>;
  problem: Ref<ApiProblem | undefined>;
  /** Gives whether it was done. A 401 shows nothing: the login does. */
  run(act: () => Promise<unknown>): Promise<boolean>;
}

export function useWork(): Work {
  const busy = ref(false);
  const problem = ref<ApiProblem>();
  async function run(act: () => Promise<unknown>): Promise<boolean> {
    if (busy.value) return false;
    busy.value = true;
    problem.value = undefined;
    try {
      await act();
      return true;
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      // At the login itself a 401 is the answer: wrong name or password.
      if (error.body.code !== "not_signed_in") problem.value = error;
      return false;
    } finally {
      busy.value = false;
    }
  }
  return { busy, problem, run };
}
