import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { firstsOf } from "../src/logic/firsts.ts";

test("the first page and a case are asked for early, and nothing of other pages", () => {
  const home = ["/api/v1/inbox?state=open&limit=50", "/api/v1/me/home", "/api/v1/handovers?state=answered&limit=50"];
  deepEqual(["", "#/", "#/pages/home/index"].map(firstsOf), [home, home, home]);
  deepEqual(firstsOf("#/pages/case/index?id=7%2F8"), ["/api/v1/submissions/7%2F8", "/api/v1/submissions/7%2F8/appointments"]);
  deepEqual(["#/pages/case/index", "#/pages/login/index?from=%2F"].map(firstsOf), [[], []]);
});
