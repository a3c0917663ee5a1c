import { readFileSync } from "node:fs";
import uniPlugin from "@dcloudio/vite-plugin-uni";
import { defineConfig, type Plugin } from "vite";

const inBrowser = process.env.UNI_PLATFORM === "h5";

// The plugin is CommonJS: an ES module sees its default export one level deeper.
const uni = (uniPlugin as unknown as { default?: typeof uniPlugin }).default ?? uniPlugin;

// In a mini-program uni-app fetches a shadow for its title bars from its maker's server; nobody is to be asked.
const askNobody: Plugin = {
  name: "ask-nobody",
  transform: (code, id) => (id.includes("uni.mp.esm") ? code.replace("isFunction(wx.preloadAssets)", "false") : null),
};

// What HTML calls role, WeChat calls aria-role; the templates say it once. Components have a `role` of their own.
const roles: Plugin = {
  name: "roles",
  enforce: "pre",
  transform: (code, id) =>
    !inBrowser && /\/src\/.*\.vue$/.test(id) ? code.replace(/(<(?:view|text)\b[^>]*?\s:?)role=/g, "$1aria-role=") : null,
};

// A component for every box and word costs a slow phone more than all else on the first page. The elements that those
// components make do the same here: what is pressed has a component of its own, and nothing has a hover class.
const plain: Plugin = {
  name: "plain",
  enforce: "pre",
  transform: (code, id) => (inBrowser && /\/src\/.*\.vue$/.test(id) ? code.replace(/<(\/?)(view|text)\b/g, "<$1uni-$2") : null),
};

// The worker that keeps the app in the browser stands beside index.html, because it may serve only what is below it.
const offline: Plugin = {
  name: "offline",
  generateBundle() {
    if (inBrowser) this.emitFile({ type: "asset", fileName: "offline.js", source: readFileSync("src/offline.js") });
  },
};

export default defineConfig({
  plugins: [roles, plain, uni(), askNobody, offline],
  // In a browser everything comes in one page, the first screen in front: tools/finish.mjs puts it together.
  build: inBrowser
    ? {
        cssCodeSplit: false,
        rollupOptions: {
          output: { format: "system", manualChunks: (id) => (/\/src\/(act|mine|pages\/(?!home\/))/.test(id) ? "rest" : "first") },
        },
      }
    : {},
  css: { preprocessorOptions: { scss: { silenceDeprecations: ["legacy-js-api"] } } },
});
