/** Times and numbers as people write them, in China's time wherever the browser is. */
const DAY = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai" });
const TIME = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai", dateStyle: "short", timeStyle: "short" });

/** `2026-11-21`. */
export const day = (at: string | Date): string => DAY.format(new Date(at));
/** `2026-11-21 09:30`. */
export const time = (at: string | Date): string => TIME.format(new Date(at));
/** `87.5%`; nothing to divide by is a dash. */
export const percent = (share: number | null | undefined): string => (share == null ? "—" : `${(share * 100).toFixed(1)}%`);
/** A day some days before or after another, both as `2026-11-21`. */
export function daysFrom(from: string, days: number): string {
  return new Date(Date.parse(`${from}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}
