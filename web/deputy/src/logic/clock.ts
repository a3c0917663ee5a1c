/** Until when, and for whom: the groups of the first page and the colour that goes with the words. */
import { clock, day, sameDay, sunday } from "./times.ts";

export interface TimeLeft {
  working_days: number;
  words: string;
}

export interface Waiting {
  state: string;
  answer_due_at: string;
  overdue: boolean;
  time_left?: TimeLeft | null;
}

export type Tone = "red" | "amber" | "calm";

/** States in which somebody else moves next. */
const ELSEWHERE = ["handed_over", "awaiting_resident", "merged"];

export type GroupKey = "overdue" | "today" | "week" | "later" | "elsewhere";

export const GROUP_NAMES: Record<GroupKey, string> = {
  overdue: "已超期",
  today: "今天到期",
  week: "本周到期",
  later: "以后到期",
  elsewhere: "等居民或部门回复",
};

/** The days are those of the server's `waiting`: the week ends on Sunday. */
export function groupOf(entry: Waiting, now: number): GroupKey {
  if (entry.overdue) return "overdue";
  if (ELSEWHERE.includes(entry.state)) return "elsewhere";
  if (sameDay(entry.answer_due_at, now)) return "today";
  return Date.parse(entry.answer_due_at) < sunday(now) ? "week" : "later";
}

/** In the order of the groups, empty ones left out; the order within a group is the server's. */
export function grouped<T extends Waiting>(entries: T[], now: number): { key: GroupKey; name: string; entries: T[] }[] {
  return (Object.keys(GROUP_NAMES) as GroupKey[])
    .map((key) => ({ key, name: GROUP_NAMES[key], entries: entries.filter((entry) => groupOf(entry, now) === key) }))
    .filter((group) => group.entries.length > 0);
}

/** The clock in words: the server counts working days; what it left out is said with the date. */
export function clockWords(entry: Waiting, now: number): string {
  if (entry.time_left) return entry.time_left.words;
  if (entry.overdue) return "已超期";
  if (sameDay(entry.answer_due_at, now)) return `今天 ${clock(entry.answer_due_at)} 前答复`;
  return `${day(entry.answer_due_at)}前答复`;
}

export function tone(entry: Waiting, now: number): Tone {
  const group = groupOf(entry, now);
  if (group === "overdue") return "red";
  return group === "today" || entry.time_left?.working_days === 1 ? "amber" : "calm";
}
