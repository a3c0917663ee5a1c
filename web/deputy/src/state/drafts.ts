import { read, write } from "../platform/storage";

/** What was written and not yet decided to send. */
export interface Draft {
  /** The fields of the form by name. */
  fields: Record<string, string>;
  photos: string[];
  at: number;
}

const name = (subject: string, kind: string) => `draft:${subject}:${kind}`;

export function readDraft(subject: string, kind: string): Draft | null {
  return read<Draft>(name(subject, kind));
}

/** Keeps it; an empty one is forgotten. */
export function keepDraft(subject: string, kind: string, draft: Draft): void {
  const empty = draft.photos.length === 0 && Object.values(draft.fields).every((text) => text.trim() === "");
  write(name(subject, kind), empty ? null : draft);
}

export function dropDraft(subject: string, kind: string): void {
  write(name(subject, kind), null);
}
