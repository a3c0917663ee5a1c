/** Words that the content check marked, where they stand in what a person is about to publish. */

/** A mark as the server tells it: characters (Unicode scalar values) before it and before what follows it. */
export interface Mark {
  category_name: string;
  start: number;
  end: number;
}

/** A marked word with a little of what stands around it. */
export interface Excerpt {
  before: string;
  word: string;
  after: string;
  category: string;
}

/** Characters shown on each side. */
const AROUND = 14;

/** The words as they are written in the text that was checked, each once, with what they are about. */
export function markedWords(text: string, marks: Mark[]): Map<string, string> {
  const characters = [...text];
  return new Map(marks.map(({ start, end, category_name }) => [characters.slice(start, end).join(""), category_name]));
}

/** Every place where one of the words still stands in `text`, which may have been changed since, in order. */
export function excerpts(text: string, words: Map<string, string>): Excerpt[] {
  const found: { at: number; word: string; category: string }[] = [];
  for (const [word, category] of words) {
    for (let at = word ? text.indexOf(word) : -1; at >= 0; at = text.indexOf(word, at + word.length)) found.push({ at, word, category });
  }
  found.sort((a, b) => a.at - b.at);
  return found.map(({ at, word, category }) => {
    const [before, after] = [[...text.slice(0, at)], [...text.slice(at + word.length)]];
    return {
      before: (before.length > AROUND ? "…" : "") + before.slice(-AROUND).join(""),
      word,
      after: after.slice(0, AROUND).join("") + (after.length > AROUND ? "…" : ""),
      category,
    };
  });
}
