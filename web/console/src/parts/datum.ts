/** The shift of Chinese maps. */
export type Datum = "wgs84" | "gcj02";

const A = 6_378_245;
const EE = 0.006_693_421_622_965_943;

/**
 * From WGS84 to GCJ-02, in which 高德 and 腾讯 draw their tiles (some hundred metres beside); 天地图 has no shift.
 * Outside China nothing is shifted.
 */
export function toGcj02(latitude: number, longitude: number): [number, number] {
  if (longitude < 72.004 || longitude > 137.8347 || latitude < 0.8293 || latitude > 55.8271) return [latitude, longitude];
  const x = longitude - 105;
  const y = latitude - 35;
  const sin = (turns: number) => Math.sin(turns * Math.PI);
  const wave = (value: number, high: number, low: number) =>
    (20 * sin(6 * x) + 20 * sin(2 * x) + 20 * sin(value) + 40 * sin(value / 3) + high * sin(value / 12) + low * sin(value / 30)) * (2 / 3);
  const root = (factor: number) => factor * Math.sqrt(Math.abs(x));
  const north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + root(0.2) + wave(y, 160, 320);
  const east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + root(0.1) + wave(x, 150, 300);
  const radians = (latitude / 180) * Math.PI;
  const magic = 1 - EE * Math.sin(radians) ** 2;
  const bend = Math.sqrt(magic);
  return [
    latitude + (north * 180) / (((A * (1 - EE)) / (magic * bend)) * Math.PI),
    longitude + (east * 180) / ((A / bend) * Math.cos(radians) * Math.PI),
  ];
}

/** The way back, to about a metre: the shift hardly changes within itself. */
export function fromGcj02(latitude: number, longitude: number): [number, number] {
  let [north, east] = [latitude, longitude];
  for (let turn = 0; turn < 3; turn++) {
    const [there, side] = toGcj02(north, east);
    north += latitude - there;
    east += longitude - side;
  }
  return [north, east];
}

/** A place of one datum on a map of another. */
export function shifted(latitude: number, longitude: number, from: Datum, to: Datum): [number, number] {
  if (from === to) return [latitude, longitude];
  return to === "gcj02" ? toGcj02(latitude, longitude) : fromGcj02(latitude, longitude);
}
