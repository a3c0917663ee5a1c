/** Times for people: always Asia/Shanghai, which has had no summer time since 1991. */
const SHANGHAI_MS = 8 * 60 * 60 * 1000;
const DAY_MS = 24 * 60 * 60 * 1000;

function parts(at: string | number): { year: number; month: number; day: number; hour: number; minute: number } {
  const time = new Date(new Date(at).getTime() + SHANGHAI_MS);
  return {
    year: time.getUTCFullYear(),
    month: time.getUTCMonth() + 1,
    day: time.getUTCDate(),
    hour: time.getUTCHours(),
    minute: time.getUTCMinutes(),
  };
}

const two = (number: number) => String(number).padStart(2, "0");

/** "14:05" */
export function clock(at: string | number): string {
  const { hour, minute } = parts(at);
  return `${two(hour)}:${two(minute)}`;
}

/** "11月27日" */
export function day(at: string | number): string {
  const { month, day } = parts(at);
  return `${month}月${day}日`;
}

/** "今天 14:05"，"昨天 14:05"，"11月27日 14:05"；another year is named. */
export function moment(at: string | number, now: number): string {
  const [then, today] = [parts(at), parts(now)];
  const days = Math.floor((now + SHANGHAI_MS) / DAY_MS) - Math.floor((new Date(at).getTime() + SHANGHAI_MS) / DAY_MS);
  if (days === 0) return `今天 ${clock(at)}`;
  if (days === 1) return `昨天 ${clock(at)}`;
  if (days === -1) return `明天 ${clock(at)}`;
  return `${then.year === today.year ? "" : `${then.year}年`}${day(at)} ${clock(at)}`;
}

/** Whether both are on the same day in Shanghai. */
export function sameDay(at: string | number, other: string | number): boolean {
  const [one, two] = [parts(at), parts(other)];
  return one.year === two.year && one.month === two.month && one.day === two.day;
}

/** When the week ends: the midnight after Sunday in Shanghai. */
export function sunday(now: number): number {
  const days = Math.floor((now + SHANGHAI_MS) / DAY_MS);
  // Day 0 was a Thursday.
  const toMonday = 7 - ((days + 3) % 7);
  return (days + toMonday) * DAY_MS - SHANGHAI_MS;
}
