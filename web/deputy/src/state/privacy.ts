import { ref } from "vue";

/** Whether WeChat waits for the person's agreement; the page shows the dialog. */
export const privacyAsked = ref(false);

type Resolve = (answer: { event: "agree" | "disagree"; buttonId?: string }) => void;
let waiting: Resolve[] = [];

interface WithPrivacy {
  onNeedPrivacyAuthorization?: (listener: (resolve: Resolve) => void) => void;
  requirePrivacyAuthorize?: (options: { success: () => void; fail: () => void }) => void;
  openPrivacyContract?: (options: { fail?: () => void }) => void;
}

/** WeChat's own object; the H5 has none. */
function weChat(): WithPrivacy {
  // #ifdef MP-WEIXIN
  return wx as unknown as WithPrivacy;
  // #endif
  // #ifndef MP-WEIXIN
  return {};
  // #endif
}

/** From now on WeChat asks here before it hands out the phone number, photos or the camera. */
export function watchPrivacy(): void {
  weChat().onNeedPrivacyAuthorization?.((resolve) => {
    waiting.push(resolve);
    privacyAsked.value = true;
  });
}

function answer(event: "agree" | "disagree"): void {
  privacyAsked.value = false;
  for (const resolve of waiting) resolve(event === "agree" ? { event, buttonId: "agree" } : { event });
  waiting = [];
}

export const agree = (): void => answer("agree");
export const refuse = (): void => answer("disagree");

export function openContract(): void {
  weChat().openPrivacyContract?.({ fail: () => uni.showToast({ title: "暂时打不开", icon: "none" }) });
}

/** Whether the person has agreed, asking if need be. Old WeChat versions do not ask. */
export function privacyAgreed(): Promise<boolean> {
  const { requirePrivacyAuthorize } = weChat();
  if (!requirePrivacyAuthorize) return Promise.resolve(true);
  return new Promise((resolve) => requirePrivacyAuthorize({ success: () => resolve(true), fail: () => resolve(false) }));
}
