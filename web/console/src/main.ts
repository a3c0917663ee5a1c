import { createPinia } from "pinia";
import { createApp } from "vue";
import App from "./app/App.vue";
import { router } from "./app/router";
import "./app/theme";
import "element-plus/theme-chalk/dark/css-vars.css";
import "./styles/base.css";
import "./styles/parts.css";

createApp(App).use(createPinia()).use(router).mount("#app");
