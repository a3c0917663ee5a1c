/** What a {@link PlaceForm} asks for. */
import type { Option, Pickable } from "../../parts/pick";

export interface FormField {
  /** The field's name to the server. */
  name: string;
  label: string;
  kind: "text" | "area" | "date" | "select" | "flag" | "pick" | "degrees";
  required?: boolean;
  options?: readonly { value: string; label: string }[];
  pick?: Pickable;
  note?: string;
  most?: number;
  /** Set once and then no more: a code. */
  fixed?: boolean;
}

export type Values = Record<string, string | number | boolean | null>;

/** What is open in a form: a new one, or one that exists. */
export interface Opened {
  /** Undefined: a new one. */
  id?: string;
  title: string;
  values: Values;
  /** The chosen places, to be shown by their names. */
  known?: Record<string, Option>;
}

/** As the server takes it: what is empty is nothing. */
export function filled(fields: readonly FormField[], values: Values): Values {
  const body: Values = {};
  for (const { name, kind } of fields) {
    const value = values[name];
    if (kind === "flag") body[name] = value === true;
    else if (kind === "degrees") body[name] = value === "" || value === null || value === undefined ? null : Number(value);
    else body[name] = typeof value === "string" && value.trim() !== "" ? value.trim() : null;
    const isText = kind === "text" || kind === "area";
    if (body[name] === null && isText) body[name] = "";
  }
  return body;
}
