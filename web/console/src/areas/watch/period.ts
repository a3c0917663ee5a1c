/** Periods: the chosen one, the one before, and links to the list behind a number. */
import { computed } from "vue";
import type { RouteLocationRaw } from "vue-router";
import type { Schemas } from "../../api/client";
import { useAddress } from "../../parts/address";
import { day, daysFrom } from "../../parts/format";

export type Figures = Schemas["FiguresEntry"];
export type Volume = keyof Schemas["Volumes"];
type Rate = Schemas["RateEntry"]["rate"];
export interface Period {
  from: string;
  to: string;
}
export type Grouping = Schemas["StatisticsResponse"]["group_by"];

const DAY_MS = 86_400_000;
export const lengthOf = ({ from, to }: Period): number => Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS) + 1;
/** As long, and right before. */
export const before = (period: Period): Period => ({ from: daysFrom(period.from, -lengthOf(period)), to: daysFrom(period.from, -1) });
/** One of the weeks that end with a day, by how many weeks it lies before the last one. */
export const weekBefore = (end: string, weeks: number): Period => ({ from: daysFrom(end, -7 * weeks - 6), to: daysFrom(end, -7 * weeks) });
/** The last so many days. */
export const lately = (days: number): Period => ({ from: daysFrom(day(new Date()), 1 - days), to: day(new Date()) });

/** The period in the address; without one the last 90 days. */
export function usePeriod() {
  const { filters, set } = useAddress(["from", "to"]);
  const period = computed<Period>(() => {
    const usual = lately(90);
    return { from: filters.value.from ?? usual.from, to: filters.value.to ?? usual.to };
  });
  return { period, set };
}

/** What makes up a rate: what is counted, and among what. The first is always a part of the second. */
const PARTS = {
  response: ["in_time", "due"],
  solved: ["solved", "rated"],
  satisfaction: ["content", "rated"],
  participation: ["rated", "rateable"],
} as const satisfies Record<Rate, readonly [string, string]>;

/** The lists behind a rate's two numbers. */
export function behindRate(period: Period, rate: Rate): { counted: RouteLocationRaw; among: RouteLocationRaw } {
  const [counted, among] = PARTS[rate];
  return { counted: behind(period, `${counted},${among}`), among: behind(period, among) };
}

/** The ledger, filtered to exactly what was counted; `measure`: measures of the statistics, all of which are met. */
export function behind(period: Period, measure: string, grouping?: Grouping, key?: string): RouteLocationRaw {
  const query: Record<string, string> = { ...period, measure };
  if (grouping === "week" && key) {
    const last = daysFrom(key, 6);
    query.from = key > period.from ? key : period.from;
    query.to = last < period.to ? last : period.to;
  } else if (grouping === "month" && key) {
    const [year = 0, month = 0] = key.split("-").map(Number);
    const [first, last] = [`${key}-01`, new Date(Date.UTC(year, month, 0)).toISOString().slice(0, 10)];
    query.from = first > period.from ? first : period.from;
    query.to = last < period.to ? last : period.to;
  } else if (grouping && key) {
    query[grouping] = key;
  }
  return { name: "desk-ledger", query };
}

/** The ledger of a cluster: all of it, or of a period, a division and what is counted there. */
export const inCluster = (cluster: string, narrowed: Partial<Period & { region: string; measure: Volume }> = {}): RouteLocationRaw => ({
  name: "desk-ledger",
  query: { ...narrowed, cluster },
});

/** The ledger of a square of the map, by datum, longitude and latitude of its middle. */
export const inSquare = (period: Period, square: string): RouteLocationRaw => ({ name: "desk-ledger", query: { ...period, square } });

/** `+3`, `−2`, `0`. */
export const change = (now: number, then: number): string => (now === then ? "持平" : now > then ? `+${now - then}` : `−${then - now}`);
