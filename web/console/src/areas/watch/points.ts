/** Counts by place as points of a map. */
import type { Schemas } from "../../api/client";
import type { Point } from "../../parts/MapView.vue";
import { behind, inSquare, type Period } from "./period";

type Found = Schemas["MapResponse"] | undefined;

/** The stations, larger the more came in; each leads to its list. */
export function sitePoints(found: Found, period: Period, mayFollow: boolean): Point[] {
  return (found?.sites ?? []).flatMap(({ id, name, longitude, latitude, registered, open, overdue }) => {
    if (longitude == null || latitude == null) return [];
    const label = `${name}：登记 ${registered} 件，在办 ${open} 件，超期 ${overdue} 件`;
    return [{ id, longitude, latitude, label, weight: registered, to: mayFollow ? behind(period, "registered", "site", id) : undefined }];
  });
}

/** Squares of about 100 m; each leads to its list. */
export function heatPoints(found: Found, period: Period, mayFollow: boolean): Point[] {
  return (found?.cells ?? []).map(({ longitude, latitude, coordinate_system, count }) => ({
    id: `${coordinate_system} ${longitude} ${latitude}`,
    longitude,
    latitude,
    datum: coordinate_system,
    label: `${count} 件（${latitude.toFixed(3)}, ${longitude.toFixed(3)} 附近）`,
    weight: count,
    to: mayFollow ? inSquare(period, `${coordinate_system},${longitude},${latitude}`) : undefined,
  }));
}
