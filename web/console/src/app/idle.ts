/**
 * The idle time-out (等保三级), seen from the browser: the server ends a session that was not heard of for some minutes.
 * Who types a long answer is not idle, so keys and presses are told to the server now and then; who is away is warned.
 */
import { computed, onMounted, onUnmounted, ref } from "vue";
import { settings } from "./settings";
import { useSession } from "./session";

const WARN_SECONDS = 120;
/** While the person works here, the server hears of it at least so often. */
const TELL_SECONDS = 240;
const ACTIVITY = ["keydown", "pointerdown"];

export function useIdle() {
  const session = useSession();
  const idleSeconds = ref(0);
  const now = ref(Date.now());
  let activeAt = 0;
  const active = () => (activeAt = Date.now());
  /** Seconds until the session ends. */
  const left = computed(() => Math.max(0, idleSeconds.value - Math.floor((now.value - session.heardAt) / 1000)));
  const warns = computed(() => idleSeconds.value > 0 && left.value <= WARN_SECONDS);

  let askedAt = 0;
  function tick(): void {
    now.value = Date.now();
    const typed = activeAt > session.heardAt && now.value - session.heardAt > TELL_SECONDS * 1000;
    // At the end the server is asked: another tab may have kept the session alive. Its 401 leads to the login.
    if (idleSeconds.value === 0 || !(typed || left.value === 0) || now.value - askedAt < 10_000) return;
    askedAt = now.value;
    void session.load().catch(() => undefined);
  }

  let timer = 0;
  onMounted(async () => {
    for (const event of ACTIVITY) addEventListener(event, active, { passive: true });
    timer = window.setInterval(tick, 1000);
    idleSeconds.value = (await settings().catch(() => undefined))?.idle_seconds ?? 0;
  });
  onUnmounted(() => {
    for (const event of ACTIVITY) removeEventListener(event, active);
    clearInterval(timer);
  });

  return { left, warns };
}
