/** Keys of the console: single letters, as long as nobody is typing. */
import { onMounted, onUnmounted, ref, watch, type Ref } from "vue";

/** Whether a key is meant for the page, not for a field, a dialog or the browser. */
export function isForPage(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return false;
  const target = event.target as HTMLElement | null;
  return !target?.closest("input, textarea, select, [contenteditable], [role=dialog]");
}

/** Calls the handler of a key, by the key's name. */
export function useKeys(handlers: Record<string, (event: KeyboardEvent) => void>): void {
  const listen = (event: KeyboardEvent) => {
    const handler = isForPage(event) ? handlers[event.key] : undefined;
    if (!handler) return;
    event.preventDefault();
    handler(event);
  };
  onMounted(() => addEventListener("keydown", listen));
  onUnmounted(() => removeEventListener("keydown", listen));
}

/** Where the row that one was at stands now; -1: nowhere any more. */
export function placeAfter<Row>(at: number, before: readonly Row[], now: readonly Row[], id: (row: Row) => string): number {
  const row = before[at];
  return row === undefined ? -1 : now.findIndex((other) => id(other) === id(row));
}

/** j and k go down and up the rows, Enter opens one (a focused link or button keeps its Enter), x ticks it. */
export function useRowKeys<Row>(
  rows: { value: Row[] },
  id: (row: Row) => string,
  open: (row: Row) => void,
  tick: (row: Row) => void,
): { at: Ref<number> } {
  const at = ref(-1);
  // A list is read again by itself when something new came: nobody is thrown back to its beginning.
  watch(() => rows.value, (now, before) => (at.value = placeAfter(at.value, before, now, id)));
  const go = (step: number) => {
    at.value = Math.min(Math.max(at.value + step, 0), rows.value.length - 1);
    document.querySelectorAll(".data-table tbody tr")[at.value]?.scrollIntoView({ block: "nearest" });
  };
  const withRow = (act: (row: Row) => void) => () => {
    const row = rows.value[at.value];
    if (row !== undefined) act(row);
  };
  useKeys({
    j: () => go(1),
    k: () => go(-1),
    x: withRow(tick),
    Enter: (event) => {
      const pressed = (event.target as HTMLElement | null)?.closest<HTMLElement>("a, button, summary");
      if (pressed) pressed.click();
      else withRow(open)();
    },
  });
  return { at };
}
