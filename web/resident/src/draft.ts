// The draft of a submission: kept on the phone until the receipt arrives, so that a dead battery or a bad network
// costs nobody what they have written.

/** A photo that the server already has, with a small picture for the page. */
export interface DraftPhoto {
  id: string;
  thumbnail: string;
}

export interface Place {
  longitude: number;
  latitude: number;
}

export interface Draft {
  kind: string;
  text: string;
  address: string;
  name: string;
  phone: string;
  /** It is about officials: only the people's congress above is to see it. */
  confidential: boolean;
  /** Agrees to publishing; off unless ticked. */
  publish: boolean;
  place: Place | null;
  photos: DraftPhoto[];
  /** The idempotency key, and the body that was last sent under it ("" before the first try). */
  key: string;
  sentBody: string;
  /** Milliseconds since 1970. */
  savedAt: number;
}

/** As long as the server keeps a photo that belongs to nothing yet. */
const KEEP_FOR_MS = 3 * 24 * 3600 * 1000;

type Shelf = Pick<Storage, "getItem" | "setItem" | "removeItem">;

export function emptyDraft(key: string): Draft {
  return { kind: "", text: "", address: "", name: "", phone: "", confidential: false, publish: false, place: null, photos: [], key, sentBody: "", savedAt: 0 };
}

export function isBlank(draft: Draft): boolean {
  return !(draft.kind || draft.text.trim() || draft.address.trim() || draft.name.trim() || draft.phone.trim() || draft.place || draft.photos.length);
}

/** One draft for each code; storage may be full or forbidden, and then the page goes on without. */
export class DraftShelf {
  private readonly name: string;

  constructor(
    private readonly shelf: Shelf | null,
    token: string,
  ) {
    this.name = `minyi-draft:${token}`;
  }

  load(now: number): Draft | null {
    try {
      const stored = this.shelf && this.shelf.getItem(this.name);
      if (!stored) return null;
      const draft = Object.assign(emptyDraft(""), JSON.parse(stored)) as Draft;
      if (now - draft.savedAt > KEEP_FOR_MS || !draft.key || isBlank(draft)) {
        this.clear();
        return null;
      }
      return draft;
    } catch {
      this.clear();
      return null;
    }
  }

  save(draft: Draft, now: number): boolean {
    try {
      if (!this.shelf) return false;
      if (isBlank(draft)) this.shelf.removeItem(this.name);
      else this.shelf.setItem(this.name, JSON.stringify(Object.assign({}, draft, { savedAt: now })));
      return true;
    } catch {
      return false;
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

/** The JSON body of the API's request; fields without content are left out. */
export function requestBody(draft: Draft): string {
  const address = draft.address.trim();
  const name = draft.name.trim();
  const phone = draft.phone.trim();
  return JSON.stringify({
    kind: draft.kind,
    text: draft.text,
    photo_ids: draft.photos.map((photo) => photo.id),
    location: draft.place
      ? { ...draft.place, coordinate_system: "wgs84", address: address || undefined }
      : address
        ? { address }
        : undefined,
    contact: name || phone ? { name: name || undefined, phone: phone || undefined } : undefined,
    confidential: draft.confidential || undefined,
    publish_consent: draft.publish || undefined,
  });
}

/**
 * A repeated send must carry the same key, another matter another one: the key belongs to what was sent under it.
 * Returns the draft as it is to be sent.
 */
export function prepareToSend(draft: Draft, newKey: () => string): Draft {
  const body = requestBody(draft);
  const key = draft.sentBody && draft.sentBody !== body ? newKey() : draft.key;
  return { ...draft, key, sentBody: body };
}
