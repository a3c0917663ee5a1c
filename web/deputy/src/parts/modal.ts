import { nextTick, onActivated, onUnmounted, watch, type Ref } from "vue";

/**
 * In a browser: keeps the keyboard in a box while it is open, and leads it back to where it was. `opened` names what is
 * open, or nothing; one question may follow at once upon another. `more` hears the other keys.
 */
export function holdKeyboard(
  box: Ref<HTMLElement | null>,
  opened: () => string,
  close: () => void,
  more: (event: KeyboardEvent) => void = () => undefined,
): void {
  let before: HTMLElement | null = null;

  /** A page that is left keeps its sheets, but not on the screen. */
  function keys(event: KeyboardEvent): void {
    if (event.key === "Escape") close();
    if (!box.value?.isConnected) return;
    if (event.key !== "Tab") return more(event);
    const stops = [...box.value.querySelectorAll<HTMLElement>("[tabindex='0'], input, textarea")];
    const [from, to] = event.shiftKey ? [stops[0], stops.at(-1)] : [stops.at(-1), stops[0]];
    const at = document.activeElement;
    if (at !== from && at !== box.value && box.value.contains(at)) return;
    event.preventDefault();
    to?.focus();
  }

  /** The box itself, so that its name is read first and a second Enter decides nothing. */
  const enter = () => box.value?.focus();

  async function follow(name: string): Promise<void> {
    const open = name !== "";
    document.removeEventListener("keydown", keys);
    if (open) {
      before = document.activeElement as HTMLElement | null;
      document.addEventListener("keydown", keys);
    }
    await nextTick();
    if (open) enter();
    else before?.focus();
  }

  watch(opened, follow, { immediate: true });
  // The page under it may have come back meanwhile.
  onActivated(() => opened() !== "" && enter());
  onUnmounted(() => document.removeEventListener("keydown", keys));
}
