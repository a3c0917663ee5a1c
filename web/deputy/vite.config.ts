import uniPlugin from "@dcloudio/vite-plugin-uni";
import { defineConfig } from "vite";

// The plugin is CommonJS: an ES module sees its default export one level deeper.
const uni = (uniPlugin as unknown as { default?: typeof uniPlugin }).default ?? uniPlugin;

export default defineConfig({
  plugins: [uni()],
  css: { preprocessorOptions: { scss: { silenceDeprecations: ["legacy-js-api"] } } },
});
