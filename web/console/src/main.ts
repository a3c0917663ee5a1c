import { createPinia } from "pinia";
import { createApp } from "vue";
import { ApiProblem } from "./api/client";
import App from "./app/App.vue";
import { router } from "./app/router";
import "./app/theme";
import "element-plus/theme-chalk/dark/css-vars.css";
import "./styles/base.css";
import "./styles/parts.css";

const app = createApp(App);
app.config.errorHandler = (error) => {
  // A session that is lost has led to the login already; a page that was left meanwhile has nothing to say about it.
  if (!(error instanceof ApiProblem && error.status === 401)) console.error(error);
};
app.use(createPinia()).use(router).mount("#app");
