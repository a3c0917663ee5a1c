/** How far a long piece of work is. */
export interface Job {
  state: "waiting" | "running" | "done" | "failed" | "cancelled";
  done: number;
  total: number;
  /** Why it failed. */
  message?: string | null;
  /** The address of what was made. */
  download?: string | null;
}
