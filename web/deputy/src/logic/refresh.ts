/** Exchanging tokens once, however many requests found out at the same time that the old one is over. */

export interface Tokens {
  access: string;
  refresh: string;
}

/** `refused`: sign in again. An error thrown by `exchange` (no network) leaves the tokens as they are. */
export type Refreshed = { tokens: Tokens } | "refused";

export interface TokenStore {
  read(): Tokens | null;
  write(tokens: Tokens | null): void;
}

/**
 * Returns a function that is told which access token failed. A token that was exchanged meanwhile (by another request,
 * or by another tab) is answered at once; the refresh token itself is sent by one caller alone, because the server
 * takes a second use for theft and ends the session.
 */
export function refresher(
  store: TokenStore,
  exchange: (refresh: string) => Promise<Tokens | "refused">,
  alone: <T>(work: () => Promise<T>) => Promise<T> = (work) => work(),
): (failed: string) => Promise<Refreshed> {
  let running: Promise<Refreshed> | null = null;
  const run = (failed: string) =>
    alone(async (): Promise<Refreshed> => {
      const held = store.read();
      if (held === null) return "refused";
      if (held.access !== failed) return { tokens: held };
      const fresh = await exchange(held.refresh);
      store.write(fresh === "refused" ? null : fresh);
      return fresh === "refused" ? "refused" : { tokens: fresh };
    });
  return (failed) => {
    running ??= run(failed).finally(() => {
      running = null;
    });
    return running;
  };
}
