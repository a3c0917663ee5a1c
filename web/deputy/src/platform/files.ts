/**
 * Pictures kept on the phone until they are sent. The mini-program has files; a browser forgets what was chosen when
 * the page is loaded again, so there they go into IndexedDB.
 */
import { newKey } from "./ids";

/** A picture as `uni.chooseImage` hands it over. */
export interface Chosen {
  path: string;
  file?: Blob;
}

/** As `uni.uploadFile` takes it: a path, or in a browser the picture itself. */
export type Picture = { filePath: string } | { files: { name: string; file: File; uri: string }[] };

// #ifdef H5
const open = () =>
  new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open("minyi-files", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("files");
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

async function inStore<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await open();
  try {
    return await new Promise((resolve, reject) => {
      const request = work(database.transaction("files", mode).objectStore("files"));
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  } finally {
    database.close();
  }
}

const blobOf = (name: string) => inStore("readonly", (store) => store.get(name) as IDBRequest<Blob | undefined>);

/** Addresses given out for a name, so that a picture is not held in memory twice. */
const given = new Map<string, string>();
// #endif

/** Keeps a chosen picture; returns the name under which it stays. */
export async function keepFile(chosen: Chosen): Promise<string> {
  // #ifdef H5
  const name = newKey();
  await inStore("readwrite", (store) => store.put(chosen.file, name));
  return name;
  // #endif
  // #ifndef H5
  return (await uni.saveFile({ tempFilePath: chosen.path })).savedFilePath;
  // #endif
}

/** An address at which it can be shown; `null` when the phone has cleared it away. */
export async function fileUrl(name: string): Promise<string | null> {
  // #ifdef H5
  const known = given.get(name);
  if (known) return known;
  const blob = await blobOf(name);
  if (!blob) return null;
  const url = URL.createObjectURL(blob);
  given.set(name, url);
  return url;
  // #endif
  // #ifndef H5
  return name;
  // #endif
}

/** To be uploaded; `null` as above. */
export async function fileToUpload(name: string): Promise<Picture | null> {
  // #ifdef H5
  const blob = await blobOf(name);
  return blob ? { files: [{ name: "file", file: new File([blob], "photo.jpg", { type: blob.type }), uri: "" }] } : null;
  // #endif
  // #ifndef H5
  return { filePath: name };
  // #endif
}

export async function forgetFile(name: string): Promise<void> {
  // #ifdef H5
  const url = given.get(name);
  if (url) URL.revokeObjectURL(url);
  given.delete(name);
  await inStore("readwrite", (store) => store.delete(name));
  // #endif
  // #ifndef H5
  await new Promise<void>((done) => uni.removeSavedFile({ filePath: name, complete: () => done() }));
  // #endif
}

/** At logout: every picture goes. */
export async function forgetAllFiles(): Promise<void> {
  // #ifdef H5
  for (const url of given.values()) URL.revokeObjectURL(url);
  given.clear();
  await inStore("readwrite", (store) => store.clear());
  // #endif
  // #ifndef H5
  const { fileList } = await new Promise<UniApp.GetSavedFileListSuccess>((resolve, reject) =>
    uni.getSavedFileList({ success: resolve, fail: reject }),
  );
  await Promise.all(fileList.map((file) => forgetFile(file.filePath)));
  // #endif
}
