/** Answers to what index.html asked the server for before the app was there. A mini-program has none. */

/** An answer as it came. */
export interface Raw {
  status: number;
  body: unknown;
}

/** What was asked with which access token; `null`: no answer came. */
export interface Early {
  access: string;
  answers: Map<string, Promise<Raw | null>>;
}

// #ifdef H5
declare global {
  interface Window {
    minyiEarly?: Early;
  }
}
// #endif

/** The answer to this, once, if it was asked early and for the same person. */
export async function takeEarly(url: string, access: string | undefined): Promise<Raw | null> {
  let answer: Promise<Raw | null> | undefined;
  // #ifdef H5
  const early = window.minyiEarly;
  if (early && early.access === access) answer = early.answers.get(url);
  early?.answers.delete(url);
  // #endif
  return (await answer) ?? null;
}
