import { equal } from "node:assert/strict";
import { test } from "node:test";
import { invitationOf, phoneOf } from "../src/logic/invitation.ts";

test("forgives case, spaces and hyphens in an invitation, and nothing else", () => {
  equal(invitationOf(" 7km3-pxwa "), "7KM3PXWA");
  equal(invitationOf("7KM3PXW"), null);
  equal(invitationOf("7KM3PXWO"), null);
});

test("knows a mobile number", () => {
  equal(phoneOf("+86 138-0000-0001"), "13800000001");
  equal(phoneOf("1380000000"), null);
  equal(phoneOf("23800000001"), null);
});
