/** The list that a person came from, so that j and k go through its cases without going back. */
import { ref } from "vue";

const ids = ref<string[]>([]);

export const keep = (list: string[]): void => void (ids.value = list);

/** The case some steps further in the list. */
export function beside(id: string, step: number): string | undefined {
  const at = ids.value.indexOf(id);
  return at < 0 ? undefined : ids.value[at + step];
}
/** Where a case stands in the list, counted from 1. */
export function position(id: string): { at: number; of: number } | undefined {
  const at = ids.value.indexOf(id);
  return at < 0 ? undefined : { at: at + 1, of: ids.value.length };
}
