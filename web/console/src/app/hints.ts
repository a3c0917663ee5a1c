/** The stream of hints as text: takes it piece by piece, and calls back with the kind of each hint. */
export function hintReader(on: (kind: string) => void): (piece: string) => void {
  let rest = "";
  return (piece) => {
    const blocks = (rest + piece).split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      if (/^event: news$/m.test(block)) on(/"kind":"(\w+)"/.exec(block)?.[1] ?? "");
    }
  };
}
