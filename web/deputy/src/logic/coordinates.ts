/** Phones' maps in China want GCJ-02; browsers and cameras give WGS-84. The formula is the one in common use. */

export interface Position {
  latitude: number;
  longitude: number;
}

const A = 6_378_245;
const EE = 0.006693421622965943;

function wave(value: number, ...periods: [number, number][]): number {
  return periods.reduce((sum, [period, height]) => sum + height * Math.sin((value * Math.PI) / period), 0);
}

/** Moves a WGS-84 position within China to GCJ-02; about 500 metres. */
export function toGcj02({ latitude, longitude }: Position): Position {
  const [x, y] = [longitude - 105, latitude - 35];
  const common = (wave(2 * x, [1 / 3, 20], [1, 20]) * 2) / 3;
  let north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * Math.sqrt(Math.abs(x)) + common;
  north += (wave(y, [1, 20], [3, 40]) * 2) / 3 + (wave(y, [12, 160], [30, 320]) * 2) / 3;
  let east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * Math.sqrt(Math.abs(x)) + common;
  east += (wave(x, [1, 20], [3, 40]) * 2) / 3 + (wave(x, [12, 150], [30, 300]) * 2) / 3;
  const angle = (latitude * Math.PI) / 180;
  const magic = 1 - EE * Math.sin(angle) ** 2;
  return {
    latitude: latitude + (north * 180) / (((A * (1 - EE)) / (magic * Math.sqrt(magic))) * Math.PI),
    longitude: longitude + (east * 180) / ((A / Math.sqrt(magic)) * Math.cos(angle) * Math.PI),
  };
}
