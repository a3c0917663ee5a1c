/** Codes that are scanned unusually often (扫码异常): told to who looks after codes, so that nobody has to go looking. */
import { onMounted, ref, type Ref } from "vue";
import { api, ask } from "../api/client";
import { useNews } from "./news";
import { useSession } from "./session";

/** What is older was told long enough; the list of alarms has it still. */
export const ALARM_DAYS = 7;
/** The list behind the count. */
export const ALARMS = { name: "codes-watch", query: { days: String(ALARM_DAYS) } };

/** How many there were in the last days; undefined for who may not see codes. */
export function useAlarms(): Ref<number | undefined> {
  const session = useSession();
  const alarms = ref<number>();
  const load = async (): Promise<void> => {
    if (!session.may("print", "audit")) return;
    alarms.value = (await ask(api.GET("/api/v1/code-alarms", { params: { query: { days: ALARM_DAYS, limit: 1 } } }))).total;
  };
  onMounted(load);
  useNews(load);
  return alarms;
}
