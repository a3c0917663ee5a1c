import vue from "@vitejs/plugin-vue";
import Components from "unplugin-vue-components/vite";
import { ElementPlusResolver } from "unplugin-vue-components/resolvers";
import { defineConfig } from "vite";

export default defineConfig({
  base: "/console/",
  plugins: [
    vue(),
    // Only the components that a template names get into the build, each with its own style.
    Components({ dirs: [], dts: "generated/components.d.ts", resolvers: [ElementPlusResolver({ importStyle: "css" })] }),
  ],
  build: {
    outDir: "dist/build/console",
    target: "es2020",
    // An asset inside a style sheet as data: would be stopped by the page's policy.
    assetsInlineLimit: 0,
    // ECharts alone is larger than the usual limit; it is loaded by the first chart.
    chunkSizeWarningLimit: 800,
  },
  // `npm run dev` beside a running product: MINYI_API names it.
  server: { proxy: { "/api": process.env.MINYI_API ?? "http://127.0.0.1:8080" } },
});
