import { shallowRef } from "vue";

/** Photos to look at, and the one to begin with. */
export interface Photos {
  urls: string[];
  at: number;
}

/** Those that are open; `AppPage` shows them. A mini-program has WeChat's own viewer. */
export const large = shallowRef<Photos | null>(null);

export function showPhotos(urls: string[], at: number): void {
  // #ifdef H5
  large.value = { urls, at };
  // #endif
  // #ifndef H5
  uni.previewImage({ current: at, urls });
  // #endif
}
