import uniPlugin from "@dcloudio/vite-plugin-uni";
import { defineConfig } from "vite";

// The plugin is CommonJS: an ES module sees its default export one level deeper.
const uni = (uniPlugin as unknown as { default?: typeof uniPlugin }).default ?? uniPlugin;

export default defineConfig({
  plugins: [uni()],
  build: {
    // In a browser everything comes at once: a page that is fetched only when it is opened cannot be opened offline.
    rollupOptions: process.env.UNI_PLATFORM === "h5" ? { output: { inlineDynamicImports: true } } : {},
  },
  css: { preprocessorOptions: { scss: { silenceDeprecations: ["legacy-js-api"] } } },
});
