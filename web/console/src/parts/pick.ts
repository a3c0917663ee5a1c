/** What can be looked for as one types: divisions, sites, offices, deputies, grids. */
import { api, ask } from "../api/client";

export interface Option {
  value: string;
  label: string;
  /** What tells it from others of the same name. */
  hint?: string;
}

/**
 * What can be picked by typing a part of its name or the beginning of its code. `own-region`: the divisions in which the
 * person sees something, for everybody; `region`: all that are kept, for who keeps places; `account-…`: where an account
 * can belong, for who keeps accounts; `code-…`: for what codes are made, for who makes them.
 */
export type Pickable = "own-region" | "region" | "site" | "deputy" | "grid" | "account-site" | "account-office" | "code-site" | "code-grid";

async function accountPlaces(kind: "site" | "office", q: string, signal?: AbortSignal): Promise<Option[]> {
  const { items } = await ask(api.GET("/api/v1/account-places", { params: { query: { kind, q } }, signal }));
  return items.map(({ id, name, region_name }) => ({ value: id, label: name, hint: region_name ?? "" }));
}

async function codePlaces(kind: "site" | "grid", q: string, signal?: AbortSignal): Promise<Option[]> {
  const { items } = await ask(api.GET("/api/v1/code-places", { params: { query: { kind, q } }, signal }));
  return items.map(({ id, name, hint }) => ({ value: id, label: name, hint }));
}

export async function search(what: Pickable, q: string, signal?: AbortSignal): Promise<Option[]> {
  const params = { params: { query: { q: q || undefined, limit: 20 } }, signal };
  const byCode = ({ code, name }: { code: string; name: string }): Option => ({ value: code, label: name, hint: code });
  switch (what) {
    case "own-region":
      return (await ask(api.GET("/api/v1/region-options", { params: { query: { q } }, signal }))).items.map(byCode);
    case "region":
      return (await ask(api.GET("/api/v1/places/regions", params))).items.map(byCode);
    case "grid":
      return (await ask(api.GET("/api/v1/places/grids", params))).items.map(byCode);
    case "site":
      return (await ask(api.GET("/api/v1/places/sites", params))).items.map(({ id, name, region_name }) => ({ value: id, label: name, hint: region_name }));
    case "deputy":
      return (await ask(api.GET("/api/v1/places/deputies", params))).items.map(({ id, name, number, site_name }) => ({
        value: id,
        label: name,
        hint: number ?? site_name ?? "",
      }));
    case "account-site":
      return accountPlaces("site", q, signal);
    case "account-office":
      return accountPlaces("office", q, signal);
    case "code-site":
      return codePlaces("site", q, signal);
    case "code-grid":
      return codePlaces("grid", q, signal);
  }
}
