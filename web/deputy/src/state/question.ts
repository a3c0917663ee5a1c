import { shallowRef } from "vue";

/** A question that wants a yes or a no before anything else. */
export interface Question {
  title: string;
  words: string;
  yes: string;
  no: string;
  /** What cannot be had back is red. */
  danger?: boolean;
}

/** The one that is open, with who waits for it; `AppPage` shows it. A mini-program has WeChat's own dialog. */
export const asked = shallowRef<(Question & { answer: (yes: boolean) => void }) | null>(null);

export function sure(question: Question): Promise<boolean> {
  // #ifdef H5
  asked.value?.answer(false);
  return new Promise((resolve) => {
    const answer = (yes: boolean) => {
      asked.value = null;
      resolve(yes);
    };
    asked.value = { ...question, answer };
  });
  // #endif
  // #ifndef H5
  const { title, words, yes, no } = question;
  return new Promise((resolve) =>
    uni.showModal({
      title,
      content: words,
      confirmText: yes,
      cancelText: no,
      success: ({ confirm }) => resolve(confirm),
      fail: () => resolve(false),
    }),
  );
  // #endif
}
