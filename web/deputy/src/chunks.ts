// Puts the app together in a browser, in front of its two scripts (tools/finish.mjs): the first page runs as soon as its
// script is there, and whoever asks for a page of the second one waits until that has come, or is told that it does not.

type Values = Record<string, unknown>;
type Declare = (
  publish: <T>(name: string | Values, value?: T) => T,
  own: { import: (name: string) => Promise<Values> },
) => { setters?: ((values: Values) => void)[]; execute: () => void };

class Chunk {
  readonly values: Values = {};
  readonly followers: ((values: Values) => void)[] = [];
  arrived: () => void = () => undefined;
  failed: (why: unknown) => void = () => undefined;
  readonly ready = new Promise<void>((resolve, reject) => {
    this.arrived = resolve;
    this.failed = reject;
  });

  constructor() {
    // Whoever asks is told; that nobody has asked is no fault of its own.
    this.ready.catch(() => undefined);
  }
}

const chunks = new Map<string, Chunk>();
let over = false;

function named(name: string): Chunk {
  const chunk = chunks.get(name) ?? new Chunk();
  chunks.set(name, chunk);
  // Says nothing to one that has arrived.
  if (over) chunk.failed(new Error(`${name} did not arrive`));
  return chunk;
}

function register(name: string, needed: string[], declare: Declare): void {
  const chunk = named(name);
  const { setters, execute } = declare(
    (names, value) => {
      Object.assign(chunk.values, typeof names === "string" ? { [names]: value } : names);
      for (const follow of chunk.followers) follow(chunk.values);
      return value as never;
    },
    { import: (asked) => named(asked).ready.then(() => named(asked).values) },
  );
  needed.forEach((other, place) => {
    const follow = setters?.[place];
    if (!follow) return;
    named(other).followers.push(follow);
    follow(named(other).values);
  });
  try {
    execute();
  } catch (error) {
    chunk.failed(error);
    throw error;
  }
  chunk.arrived();
}

// The page has been read, whole or cut off: every script that came has run.
document.addEventListener("readystatechange", () => {
  over = true;
  for (const name of chunks.keys()) named(name);
});

Object.assign(window, { System: { register } });
