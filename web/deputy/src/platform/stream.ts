/** A stream of the server, read while it comes. Browsers alone can; a mini-program looks when it is shown. */

// #ifdef H5
/** The server says something at least every 20 seconds; a silence as long as this is a dead connection. */
const SILENCE_MS = 45_000;

/** Opens the stream and hands on its text until it ends; `status` 0: there was no answer. Ends early by `signal`. */
export async function readStream(
  url: string,
  access: string,
  signal: AbortSignal,
  on: { opened: () => void; piece: (text: string) => void },
): Promise<{ status: number }> {
  const silent = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const heard = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => silent.abort(), SILENCE_MS);
  };
  const stop = (): void => silent.abort();
  signal.addEventListener("abort", stop);
  let status = 0;
  try {
    heard();
    const headers = { accept: "text/event-stream", authorization: `Bearer ${access}` };
    const answer = await fetch(url, { headers, signal: silent.signal, cache: "no-store" });
    status = answer.status;
    if (!answer.ok || !answer.body) return { status };
    on.opened();
    const decoder = new TextDecoder();
    const reader = answer.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return { status };
      heard();
      on.piece(decoder.decode(value, { stream: true }));
    }
  } catch {
    return { status };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  }
}
// #endif
