/** An account as it is being written, and what is sent of it. */
import type { Schemas } from "../../api/client";
import { placeOf } from "./words";

export interface AccountDraft {
  role: Schemas["AccountRequest"]["role"];
  display_name: string;
  region_code: string;
  site_id: string;
  office_id: string;
}

export const emptyDraft = (): AccountDraft => ({ role: "station_staff", display_name: "", region_code: "", site_id: "", office_id: "" });

/** Only the place that fits the role is sent. */
export function sent(draft: AccountDraft): Schemas["AccountRequest"] {
  const place = placeOf(draft.role);
  return {
    role: draft.role,
    display_name: draft.display_name.trim(),
    region_code: (place === "region" || place === "maybe-region") && draft.region_code ? draft.region_code : null,
    site_id: place === "site" ? draft.site_id.trim() : null,
    office_id: place === "office" ? draft.office_id.trim() : null,
  };
}
