/** The words of places, and what can be looked for as one types. */
import { api, ask } from "../../api/client";

export const SITE_KINDS = [
  { value: "center", label: "代表联络中心" },
  { value: "home", label: "代表之家" },
  { value: "station", label: "代表联络站" },
  { value: "point", label: "代表联络点" },
  { value: "studio", label: "代表工作室" },
  { value: "mobile", label: "流动联络站" },
  { value: "online", label: "网上联络站" },
] as const;

export const LEVELS = [
  { value: "national", label: "全国人大代表" },
  { value: "provincial", label: "省人大代表" },
  { value: "city", label: "市人大代表" },
  { value: "county", label: "县（市、区）人大代表" },
  { value: "township", label: "乡镇人大代表" },
] as const;
export type Level = (typeof LEVELS)[number]["value"];

export const ROLES = [
  { value: "lead", label: "责任代表" },
  { value: "assistant", label: "协助代表" },
] as const;

export interface Option {
  value: string;
  label: string;
  /** What tells it from others of the same name. */
  hint?: string;
}

/** What can be picked by typing a part of its name or the beginning of its code. */
export type Pickable = "region" | "site" | "deputy" | "grid" | AccountPlace;
/** Where an account can belong: for whoever keeps accounts, not places. */
type AccountPlace = "account-site" | "account-office";

async function accountPlaces(kind: "site" | "office", q: string): Promise<Option[]> {
  const { items } = await ask(api.GET("/api/v1/account-places", { params: { query: { kind, q } } }));
  return items.map(({ id, name, region_name }) => ({ value: id, label: name, hint: region_name ?? "" }));
}

export async function search(what: Pickable, q: string): Promise<Option[]> {
  const params = { params: { query: { q: q || undefined, limit: 20 } } };
  switch (what) {
    case "region":
      return (await ask(api.GET("/api/v1/places/regions", params))).items.map(({ code, name }) => ({ value: code, label: name, hint: code }));
    case "site":
      return (await ask(api.GET("/api/v1/places/sites", params))).items.map(({ id, name, region_name }) => ({ value: id, label: name, hint: region_name }));
    case "deputy":
      return (await ask(api.GET("/api/v1/places/deputies", params))).items.map(({ id, name, number, site_name }) => ({
        value: id,
        label: name,
        hint: number ?? site_name ?? "",
      }));
    case "account-site":
      return accountPlaces("site", q);
    case "account-office":
      return accountPlaces("office", q);
    case "grid":
      return (await ask(api.GET("/api/v1/places/grids", params))).items.map(({ code, name }) => ({ value: code, label: name, hint: code }));
  }
}
