import uniPlugin from "@dcloudio/vite-plugin-uni";
import { defineConfig, type Plugin } from "vite";

// The plugin is CommonJS: an ES module sees its default export one level deeper.
const uni = (uniPlugin as unknown as { default?: typeof uniPlugin }).default ?? uniPlugin;

// In a mini-program uni-app fetches a shadow for its title bars from its maker's server; nobody is to be asked.
const askNobody: Plugin = {
  name: "ask-nobody",
  transform: (code, id) => (id.includes("uni.mp.esm") ? code.replace("isFunction(wx.preloadAssets)", "false") : null),
};

export default defineConfig({
  plugins: [uni(), askNobody],
  build: {
    // In a browser everything comes at once: a page that is fetched only when it is opened cannot be opened offline.
    rollupOptions: process.env.UNI_PLATFORM === "h5" ? { output: { inlineDynamicImports: true } } : {},
  },
  css: { preprocessorOptions: { scss: { silenceDeprecations: ["legacy-js-api"] } } },
});
