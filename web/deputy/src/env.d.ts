/// <reference types="vite/client" />
declare module "*.vue" {
  import type { DefineComponent } from "vue";
  const component: DefineComponent<object, object, unknown>;
  export default component;
}
/** WeChat's own object, in the mini-program. */
declare const wx: object;

interface ImportMetaEnv {
  /** Where the product is, for the mini-program; the H5 is served by it. */
  readonly VITE_API_BASE?: string;
}
