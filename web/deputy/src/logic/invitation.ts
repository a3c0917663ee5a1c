/** Invitations as people type them. */
const ALPHABET = "34679ACDEFGHJKMNPRTVWXY";
export const INVITATION_LENGTH = 8;

/** Upper case without spaces and hyphens; `null` while it cannot be one. */
export function invitationOf(typed: string): string | null {
  const text = typed.toUpperCase().replace(/[\s-]/g, "");
  return text.length === INVITATION_LENGTH && [...text].every((letter) => ALPHABET.includes(letter)) ? text : null;
}

/** A mobile number of the mainland; `null` while it is none. */
export function phoneOf(typed: string): string | null {
  const text = typed.replace(/[\s-]/g, "").replace(/^\+?86(?=1)/, "");
  return /^1\d{10}$/.test(text) ? text : null;
}
