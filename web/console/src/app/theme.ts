/** Light or dark: as the system has it, or as the person chose at this browser. */
import { ref, watchEffect } from "vue";

export type Theme = "system" | "light" | "dark";
export const THEMES: { value: Theme; label: string }[] = [
  { value: "system", label: "跟随系统" },
  { value: "light", label: "浅色" },
  { value: "dark", label: "深色" },
];

const KEPT = "minyi-console-theme";
const system = matchMedia("(prefers-color-scheme: dark)");
const systemIsDark = ref(system.matches);
system.addEventListener("change", (event) => (systemIsDark.value = event.matches));

const kept = localStorage.getItem(KEPT);
export const theme = ref<Theme>(kept === "light" || kept === "dark" ? kept : "system");
/** A page that is always dark, whatever was chosen. */
export const forceDark = ref(false);
/** Whether the page is dark now; charts and maps ask. */
export const isDark = ref(false);

watchEffect(() => {
  isDark.value = forceDark.value || theme.value === "dark" || (theme.value === "system" && systemIsDark.value);
  document.documentElement.classList.toggle("dark", isDark.value);
  localStorage.setItem(KEPT, theme.value);
});
