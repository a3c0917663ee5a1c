// Photos: shrunk, sent one after the other with progress, tried again on a bad network, removable at any time.

import type { DraftPhoto } from "./draft.ts";
import { backoffSeconds, retryAfterSeconds, verdict } from "./retry.ts";
import { shrink } from "./shrink.ts";

export type UploadState = "waiting" | "sending" | "done" | "failed";

export interface Upload {
  state: UploadState;
  /** 0 to 1. */
  progress: number;
  id: string;
  thumbnail: string;
  /** Why it failed, in words. */
  reason: string;
  /** Whether trying again makes sense. */
  mayRetry: boolean;
  file: File | null;
}

interface Reply {
  status: number;
  body: string;
  retryAfter: string | null;
}

const TRIES = 4;
const TIMEOUT_MS = 120_000;

function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}

function post(blob: Blob, onProgress: (part: number) => void): Promise<Reply> {
  return new Promise((resolve) => {
    const form = new FormData();
    form.append("file", blob, "photo.jpg");
    const request = new XMLHttpRequest();
    request.open("POST", "/api/v1/photos");
    request.timeout = TIMEOUT_MS;
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) onProgress(event.loaded / event.total);
    };
    request.onload = () => resolve({ status: request.status, body: request.responseText, retryAfter: request.getResponseHeader("Retry-After") });
    request.onerror = request.ontimeout = request.onabort = () => resolve({ status: 0, body: "", retryAfter: null });
    request.send(form);
  });
}

/** A field of a JSON answer, or "" whatever came. */
function read(body: string, field: string): string {
  try {
    return String((JSON.parse(body) as Record<string, unknown>)[field] || "");
  } catch {
    return "";
  }
}

export class Uploads {
  readonly items: Upload[] = [];
  private running = false;

  constructor(
    private readonly max: number,
    private readonly changed: () => void,
  ) {}

  restore(photos: DraftPhoto[]): void {
    for (const photo of photos) {
      this.items.push({ state: "done", progress: 1, id: photo.id, thumbnail: photo.thumbnail, reason: "", mayRetry: false, file: null });
    }
    this.changed();
  }

  /** Takes as many files as there is room for; returns how many were left out. */
  add(files: File[]): number {
    const room = Math.max(0, this.max - this.items.length);
    for (const file of files.slice(0, room)) {
      this.items.push({ state: "waiting", progress: 0, id: "", thumbnail: "", reason: "", mayRetry: false, file });
    }
    this.changed();
    void this.run();
    return Math.max(0, files.length - room);
  }

  remove(item: Upload): void {
    const at = this.items.indexOf(item);
    if (at >= 0) this.items.splice(at, 1);
    this.changed();
  }

  retry(item: Upload): void {
    item.state = "waiting";
    item.reason = "";
    this.changed();
    void this.run();
  }

  clear(): void {
    this.items.length = 0;
    this.changed();
  }

  done(): DraftPhoto[] {
    return this.items.filter((item) => item.state === "done").map((item) => ({ id: item.id, thumbnail: item.thumbnail }));
  }

  isBusy(): boolean {
    return this.items.some((item) => item.state === "waiting" || item.state === "sending");
  }

  isFull(): boolean {
    return this.items.length >= this.max;
  }

  private async run(): Promise<void> {
    if (this.running) return;
    this.running = true;
    for (let next = this.next(); next; next = this.next()) await this.send(next);
    this.running = false;
  }

  private next(): Upload | undefined {
    return this.items.filter((item) => item.state === "waiting")[0];
  }

  private async send(item: Upload): Promise<void> {
    if (!item.file) return;
    item.state = "sending";
    this.changed();
    const small = await shrink(item.file);
    item.thumbnail = small.thumbnail;
    this.changed();
    for (let attempt = 1; this.items.indexOf(item) >= 0; attempt++) {
      const reply = await post(small.blob, (part) => {
        item.progress = part;
        this.changed();
      });
      if (this.settle(item, reply, attempt)) return;
      const wait = backoffSeconds(attempt, Math.random());
      await pause(verdict(reply.status) === "wait" ? retryAfterSeconds(reply.retryAfter, Date.now(), wait) : wait);
    }
  }

  /** Whether this photo is finished with, for good or for now. */
  private settle(item: Upload, reply: Reply, attempt: number): boolean {
    const result = verdict(reply.status);
    const id = read(reply.body, "id");
    if (result === "done" && id) {
      item.state = "done";
      item.id = id;
      item.progress = 1;
      item.file = null;
    } else if (result === "refused" || attempt >= TRIES) {
      item.state = "failed";
      item.mayRetry = result !== "refused";
      item.reason = result === "refused" ? read(reply.body, "detail") || "这张照片用不了" : "网络不好，没有传上去";
    } else {
      return false;
    }
    this.changed();
    return true;
  }
}
