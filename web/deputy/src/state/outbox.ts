import { computed, ref } from "vue";
import { uploadPhoto } from "../api/photos";
import { Offline, Problem } from "../api/problem";
import { call, send } from "../api/request";
import type { Case } from "../api/types";
import { newsOf } from "../logic/conflict";
import {
  attention, awakened, isConflict, newEntry, nextLook, nextToSend, revived, sending, settled, tidied, type Entry, type Outcome,
} from "../logic/outbox";
import { fileToUpload, forgetFile } from "../platform/files";
import { newKey } from "../platform/ids";
import { read, write } from "../platform/storage";
import { keptView } from "./kept";
import { keepDraft } from "./drafts";
import { connected, sawNetwork, whenBack } from "./network";
import { offerPushes } from "./pushes";

/** What a form hands over. `draft` are its fields, so that taking back restores them. */
export interface Decision {
  kind: string;
  subject: string;
  title: string;
  about: string;
  method: Entry["method"];
  path: string;
  body: Record<string, unknown> | null;
  photos?: string[];
  draft?: Record<string, string>;
}

const SECOND_MS = 1000;
const IDLE_MS = 30_000;

type Held = Entry & { draft?: Record<string, string> };

const entries = ref<Held[]>(read<Held[]>("outbox") ?? []);
const now = ref(Date.now());
let timer: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<(entry: Entry) => void>();

/** Whether the phone's store has what stands here; a full store must not make anything be forgotten. */
let stored = true;

function put(next: Held[]): void {
  entries.value = next;
  stored = write("outbox", next);
}

/** Another tab of the same browser may have changed it meanwhile. */
function catchUp(): void {
  if (stored) entries.value = revived(read<Held[]>("outbox") ?? [], Date.now());
}

function change(entry: Held): void {
  catchUp();
  put(entries.value.map((other) => (other.key === entry.key ? entry : other)));
}

/** Everything on its way, the oldest first. */
export const outbox = computed(() => entries.value);
export const needsAttention = computed(() => attention(entries.value));
export const outboxNow = computed(() => now.value);

export function ofCase(subject: string): Held[] {
  return entries.value.filter((entry) => entry.subject === subject && entry.step !== "sent");
}

/** Calls back when something of this phone arrived, or came too late. Returns how to stop. */
export function whenSettled(listener: (entry: Entry) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/**
 * Puts a decision on its way: ten seconds in which it can be taken back, then it is sent. To be called from a press:
 * WeChat lets ask about pushes only then.
 */
export function decide(decision: Decision): void {
  const { photos = [], draft, ...rest } = decision;
  catchUp();
  const seen = keptView<Case>(`/api/v1/submissions/${rest.subject}`)?.timeline.length;
  const entry = newEntry({ ...rest, seen, key: newKey(), photos: photos.map((file) => ({ file })) }, Date.now());
  put([...entries.value, { ...entry, draft }]);
  tick();
  offerPushes();
}

/** Takes it off the way; what was written stands in the form again. */
export function takeBack(key: string): Entry | undefined {
  catchUp();
  const entry = entries.value.find((other) => other.key === key);
  if (!entry || entry.step === "sending" || entry.step === "sent") return undefined;
  if (entry.draft) {
    const photos = entry.photos.map((photo) => photo.file);
    keepDraft(entry.subject, entry.kind, { fields: entry.draft, photos, at: Date.now() });
  }
  put(entries.value.filter((other) => other.key !== key));
  return entry;
}

/** Throws it away with its pictures. */
export function discard(key: string): void {
  catchUp();
  const entry = entries.value.find((other) => other.key === key);
  if (!entry || entry.step === "sending") return;
  for (const photo of entry.photos) void forgetFile(photo.file);
  put(entries.value.filter((other) => other.key !== key));
}

async function attempt(entry: Held): Promise<Outcome> {
  try {
    await send(entry.method, entry.path, await bodyOf(entry), entry.key);
    return { ok: true };
  } catch (error) {
    if (error instanceof Problem) {
      if (error.code === "photo_unknown") change({ ...entry, photos: entry.photos.map(({ file }) => ({ file })) });
      const { trouble } = error;
      return { ok: false, trouble: isConflict(trouble) ? { ...trouble, news: await newsAbout(entry) } : trouble };
    }
    if (error instanceof Offline) sawNetwork(false);
    return { ok: false, trouble: null };
  }
}

/** Who has done what with it meanwhile; nothing if it cannot be read any more. */
async function newsAbout({ subject, seen }: Held): Promise<string[]> {
  const matter = await call("get", "/api/v1/submissions/{id}", { params: { id: subject } }).catch(() => null);
  return matter ? newsOf(matter.timeline, seen, Date.now()) : [];
}

/** Uploads the pictures that are not there yet, remembering each, and returns the body. */
async function bodyOf(entry: Held): Promise<Record<string, unknown> | null> {
  if (entry.photos.length === 0) return entry.body;
  for (const photo of entry.photos) {
    if (photo.id) continue;
    const picture = await fileToUpload(photo.file);
    if (!picture) throw new Problem(422, "photo_lost", "照片已不在手机里", "有照片已不在手机里，请重新选择照片。");
    photo.id = await uploadPhoto(picture);
    change(entry);
  }
  return { ...entry.body, photo_ids: entry.photos.map((photo) => photo.id) };
}

async function run(entry: Held): Promise<void> {
  const going = sending(entry, Date.now());
  change(going);
  const outcome = await attempt(going);
  const current = entries.value.find((other) => other.key === entry.key);
  if (!current) return;
  const after: Held = { ...settled(current, outcome, Date.now()), draft: outcome.ok ? undefined : current.draft };
  change(after);
  if (outcome.ok) {
    sawNetwork(true);
    for (const photo of current.photos) void forgetFile(photo.file);
  }
  if (after.step === "sent" || after.step === "conflict") for (const listener of listeners) listener(after);
  tick();
}

/** Looks what is to be sent, and when to look again; runs each second only while somebody counts down. */
export function tick(): void {
  clearTimeout(timer);
  now.value = Date.now();
  catchUp();
  const next = nextToSend(entries.value, now.value, connected.value);
  if (next) return void run(next);
  const look = nextLook(entries.value);
  if (look === undefined) return;
  const counting = entries.value.some((entry) => entry.step === "undoable" && entry.notBefore > now.value);
  const soon = counting ? SECOND_MS : IDLE_MS;
  // Without a network nothing is due: its return wakes the queue.
  timer = setTimeout(tick, look <= now.value ? soon : Math.min(look - now.value, soon));
}

/** The network is back, or somebody is signed in again: nothing need wait on. */
export function wakeOutbox(): void {
  catchUp();
  put(awakened(entries.value, Date.now()));
  tick();
}

export function startOutbox(): void {
  catchUp();
  put(tidied(entries.value, Date.now()));
  whenBack(wakeOutbox);
  tick();
}

/** At logout. What is still on its way goes too: the person was asked. */
export function emptyOutbox(): void {
  clearTimeout(timer);
  put([]);
}

/** The person does not want to wait for the next try. */
export function tryNow(key: string): void {
  put(entries.value.map((entry) => (entry.key === key && entry.step === "waiting" ? { ...entry, notBefore: Date.now() } : entry)));
  tick();
}
