import { computed, ref } from "vue";
import { read, write } from "../platform/storage";

/** Text sizes a person can choose, times what the phone is set to. */
export const SIZES = [
  { value: 1, name: "标准" },
  { value: 1.25, name: "大" },
  { value: 1.5, name: "特大（关怀版）" },
] as const;

const NORMAL_PX = 16;
const chosen = ref(read<number>("large") ?? 1);
const system = ref(systemScale());

/** What the phone is set to: WeChat's own text size, or the browser's. */
function systemScale(): number {
  let px = NORMAL_PX;
  // #ifdef MP-WEIXIN
  px = (uni.getAppBaseInfo() as { fontSizeSetting?: number }).fontSizeSetting ?? NORMAL_PX;
  // #endif
  // #ifdef H5
  const probe = document.createElement("span");
  probe.style.cssText = "font-size:medium;position:absolute;visibility:hidden";
  document.body.append(probe);
  px = parseFloat(getComputedStyle(probe).fontSize) || NORMAL_PX;
  probe.remove();
  // #endif
  return Math.min(Math.max(px / NORMAL_PX, 0.9), 2);
}

export const textSize = computed({
  get: () => chosen.value,
  set: (value: number) => {
    chosen.value = value;
    write("large", value);
  },
});

/** What every size on a page is multiplied with. */
export const scale = computed(() => Math.min(system.value * chosen.value, 2.2));

/** The phone's setting may have changed while the app was away. */
export function lookAgain(): void {
  system.value = systemScale();
}
