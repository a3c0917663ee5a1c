/** What the installation sets for all consoles; asked once. */
import { api, ask, type Schemas } from "../api/client";

export type ConsoleSettings = Schemas["ConsoleSettingsResponse"];
let asked: Promise<ConsoleSettings> | undefined;

export function settings(): Promise<ConsoleSettings> {
  asked ??= ask(api.GET("/api/v1/console-settings")).catch((problem: unknown) => {
    asked = undefined;
    throw problem;
  });
  return asked;
}
