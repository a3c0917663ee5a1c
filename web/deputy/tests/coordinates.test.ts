import { ok } from "node:assert/strict";
import { test } from "node:test";
import { toGcj02 } from "../src/logic/coordinates.ts";

// The pair that coordinate libraries of several languages test with (Shanghai).
test("moves a position as the phones' maps do", () => {
  const moved = toGcj02({ latitude: 31.1774276, longitude: 121.5272106 });
  ok(Math.abs(moved.latitude - 31.17530398364597) < 1e-6, String(moved.latitude));
  ok(Math.abs(moved.longitude - 121.531541859215) < 1e-6, String(moved.longitude));
});
