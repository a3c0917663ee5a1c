/** Who is signed in at this browser, what the person may do, and how long the session lasts without a request. */
import { defineStore } from "pinia";
import { computed, ref } from "vue";
import { api, ApiProblem, ask, link, type Schemas } from "../api/client";

export type Me = Schemas["MeResponse"];
export type Permission = Me["permissions"][number];

export const useSession = defineStore("session", () => {
  const me = ref<Me>();
  /** When the server was last heard of, in milliseconds; from then on it counts the idle time. */
  const heardAt = ref(Date.now());
  const isIn = computed(() => me.value !== undefined);

  link.answered = () => (heardAt.value = Date.now());

  function forget(): void {
    me.value = undefined;
    link.csrfToken = "";
  }

  /** Asks who is signed in. Gives false when nobody is. */
  async function load(): Promise<boolean> {
    try {
      me.value = await ask(api.GET("/api/v1/me"));
      link.csrfToken = me.value.csrf_token ?? "";
      return true;
    } catch (problem) {
      if (!(problem instanceof ApiProblem) || problem.status !== 401) throw problem;
      forget();
      return false;
    }
  }

  /** The first step: name and password. */
  async function signIn(username: string, password: string): Promise<void> {
    await ask(api.POST("/api/v1/sessions/browser", { body: { username, password } }));
    await load();
  }

  async function signOut(): Promise<void> {
    await ask(api.DELETE("/api/v1/sessions/current"));
    forget();
  }

  /** Whether the person has one of these rights. */
  function may(...wanted: Permission[]): boolean {
    return wanted.some((permission) => me.value?.permissions.includes(permission));
  }

  return { me, heardAt, isIn, load, signIn, signOut, forget, may };
});
