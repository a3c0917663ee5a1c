import { expect, it } from "vitest";
import { fromGcj02, toGcj02 } from "../src/parts/datum";

it("shifts a place in China by some hundred metres, and back again", () => {
  const [latitude, longitude] = toGcj02(39.9087, 116.3975);
  // 天安门: the shift that 高德's own converter gives.
  expect(latitude).toBeCloseTo(39.9101, 3);
  expect(longitude).toBeCloseTo(116.4037, 3);
  const [back, there] = fromGcj02(latitude, longitude);
  expect(back).toBeCloseTo(39.9087, 5);
  expect(there).toBeCloseTo(116.3975, 5);
});

it("leaves what is outside China where it is", () => {
  expect(toGcj02(51.5, -0.12)).toEqual([51.5, -0.12]);
});
