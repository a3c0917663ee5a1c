/** What a {@link ChartPanel} draws: the same figures as picture and as table. */
export interface Figures {
  /** What the first column names. */
  by: string;
  labels: string[];
  series: { name: string; values: (number | null)[]; kind?: "bar" | "line" }[];
}

/** Colours that are told apart on light and dark, also by people who see red and green alike. */
const COLORS = { light: ["#b3261e", "#2f6db5", "#8a6d00", "#2f7f6f"], dark: ["#ff8f85", "#7db5f2", "#e3c35a", "#7fd3bd"] };

/** The option for ECharts; `isLying`: long names beside lying bars. */
export function optionOf(figures: Figures, isDark: boolean, isLying: boolean): Record<string, unknown> {
  const ink = isDark ? "#d5d9de" : "#34393f";
  const names = { type: "category", data: figures.labels, inverse: isLying, axisLabel: { color: ink, width: isLying ? 110 : undefined, overflow: "truncate" } };
  const values = { type: "value", minInterval: 1, axisLabel: { color: ink }, splitLine: { lineStyle: { color: isDark ? "#3a4149" : "#d8dde3" } } };
  return {
    color: COLORS[isDark ? "dark" : "light"],
    animation: false,
    aria: { enabled: true },
    tooltip: { trigger: "axis", confine: true },
    legend: figures.series.length > 1 ? { textStyle: { color: ink }, top: 0 } : undefined,
    grid: { left: 8, right: 16, top: figures.series.length > 1 ? 36 : 12, bottom: 8, containLabel: true },
    xAxis: isLying ? values : names,
    yAxis: isLying ? names : values,
    series: figures.series.map(({ name, values: data, kind }) => ({ name, data, type: kind ?? "bar", barMaxWidth: 28, connectNulls: false })),
  };
}
