/** The statistics as a page takes them: several groupings of one period, and the whole of the one before. */
import type { RouteLocationRaw } from "vue-router";
import { api, ask, type Schemas } from "../../api/client";
import type { Figures as Drawn } from "../../parts/chart";
import { before, behind, lengthOf, type Figures, type Grouping, type Period, type Volume } from "./period";

export type Statistics = Schemas["StatisticsResponse"];
export interface Numbers {
  trend: Statistics;
  category: Statistics;
  site: Statistics;
  deputy: Statistics;
  before: Figures;
}

const group = (period: Period, group_by: Grouping): Promise<Statistics> =>
  ask(api.GET("/api/v1/statistics", { params: { query: { ...period, group_by } } }));

export async function loadNumbers(period: Period): Promise<Numbers> {
  // Half a year in weeks is as much as an eye follows.
  const [trend, category, site, deputy, earlier] = await Promise.all([
    group(period, lengthOf(period) <= 190 ? "week" : "month"),
    group(period, "category"),
    group(period, "site"),
    group(period, "deputy"),
    group(before(period), "month"),
  ]);
  return { trend, category, site, deputy, before: earlier.total };
}

/** What the series are, in the order in which they are drawn. */
interface Drawable {
  volume: Volume;
  name: string;
}
export const LINES: readonly Drawable[] = [
  { volume: "registered", name: "登记" },
  { volume: "answered", name: "已答复" },
];
export const BARS: readonly Drawable[] = [
  { volume: "registered", name: "登记" },
  { volume: "open", name: "在办" },
];

/** Weeks and months as lines. */
export const trendOf = ({ groups, group_by }: Statistics): Drawn => ({
  by: group_by === "week" ? "周（从星期一起）" : "月份",
  labels: groups.map((one) => (group_by === "week" ? one.label.slice(5) : one.label)),
  series: LINES.map(({ volume, name }) => ({ name, kind: "line", values: groups.map((one) => one.volumes[volume]) })),
});
/** The largest groups as bars. */
export const barsOf = (by: string, { groups }: Statistics, most = 12): Drawn => ({
  by,
  labels: groups.slice(0, most).map((one) => one.label),
  series: BARS.map(({ volume, name }) => ({ name, values: groups.slice(0, most).map((one) => one.volumes[volume]) })),
});

/** The list behind a number of the chart of `drawn`, for a {@link ChartPanel}. */
export const listsOf =
  (period: Period, of: Statistics, drawn: readonly Drawable[]) =>
  (index: number, series: number): RouteLocationRaw | undefined => {
    const [key, volume] = [of.groups[index]?.key, drawn[series]?.volume];
    return key && volume ? behind(period, volume, of.group_by, key) : undefined;
  };
