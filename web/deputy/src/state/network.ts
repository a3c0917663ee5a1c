import { computed, ref } from "vue";

const phone = ref(true);
const reachable = ref(true);

/** Whether the phone says that it has a network at all. */
export const connected = computed(() => phone.value);

/** Whether requests come through, as far as is known. */
export const online = computed(() => phone.value && reachable.value);

const listeners: (() => void)[] = [];

export function whenBack(listener: () => void): void {
  listeners.push(listener);
}

function changed(work: () => void): void {
  const before = online.value;
  work();
  if (!before && online.value) for (const listener of listeners) listener();
}

/** A request came through, or did not. */
export function sawNetwork(up: boolean): void {
  changed(() => (reachable.value = up));
}

function phoneSays(up: boolean): void {
  changed(() => {
    phone.value = up;
    if (up) reachable.value = true;
  });
}

export function watchNetwork(): void {
  uni.getNetworkType({ success: ({ networkType }) => phoneSays(networkType !== "none") });
  uni.onNetworkStatusChange(({ isConnected }) => phoneSays(isConnected));
  // #ifdef H5
  // Browsers that know the kind of network tell its changes late or never.
  window.addEventListener("online", () => phoneSays(true));
  window.addEventListener("offline", () => phoneSays(false));
  // #endif
}
