// What was sent last from a code's page: whoever comes back with "Back" shall neither doubt nor send it twice.
// Only digests are kept, no word of the resident's.

/** What has arrived, and where its receipt is. */
export interface Sent {
  key: string;
  /** Digests of the whole request and of the text alone. */
  body: string;
  text: string;
  receipt: string;
  /** Milliseconds since 1970. */
  sentAt: number;
}

const KEEP_FOR_MS = 24 * 3600 * 1000;

type Shelf = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** Tells texts apart (FNV-1a twice, 64 bits); hides nothing from whoever guesses the text. */
export function digest(text: string): string {
  let low = 0x811c9dc5;
  let high = 0x01000193;
  for (let at = 0; at < text.length; at++) {
    low = Math.imul(low ^ text.charCodeAt(at), 0x01000193);
    high = Math.imul(high ^ text.charCodeAt(at) ^ (low >>> 24), 0x85ebca6b);
  }
  return (low >>> 0).toString(16) + (high >>> 0).toString(16);
}

/** The last submission of one code. */
export class SentShelf {
  private readonly name: string;

  constructor(
    private readonly shelf: Shelf | null,
    token: string,
  ) {
    this.name = `minyi-sent:${token}`;
  }

  last(now: number): Sent | null {
    try {
      const stored = this.shelf && this.shelf.getItem(this.name);
      const sent = stored ? (JSON.parse(stored) as Sent) : null;
      if (!sent || (sent.key && sent.receipt && now - sent.sentAt <= KEEP_FOR_MS)) return sent;
    } catch {
      // A broken note is none.
    }
    this.clear();
    return null;
  }

  /** The key under which exactly this body has arrived already, or "". */
  keyOf(body: string, now: number): string {
    const sent = this.last(now);
    return sent && sent.body === digest(body) ? sent.key : "";
  }

  save(key: string, body: string, text: string, receipt: string, now: number): void {
    try {
      const sent: Sent = { key, body: digest(body), text: digest(text.trim()), receipt, sentAt: now };
      if (this.shelf) this.shelf.setItem(this.name, JSON.stringify(sent));
    } catch {
      // Without storage "Back" is only less kind.
    }
  }

  clear(): void {
    try {
      if (this.shelf) this.shelf.removeItem(this.name);
    } catch {
      // Nothing is stored where storage is forbidden.
    }
  }
}
