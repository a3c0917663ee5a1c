import { describe, expect, it } from "vitest";
import { readFilters, withChange, withFilters } from "../src/parts/address";

describe("filters in the address", () => {
  it("are read by their names, and what is empty is no filter", () => {
    const query = { state: "open", q: "", cursor: "abc", site: ["1", "2"] };
    expect(readFilters(query, ["state", "q", "site"])).toEqual({ state: "open", site: "1" });
  });

  it("lead back to the first page when one changes", () => {
    expect(withChange({ state: "open", cursor: "abc", tab: "mine" }, { state: "closed" })).toEqual({ state: "closed", tab: "mine" });
    expect(withChange({ state: "open" }, { state: "" })).toEqual({});
  });

  it("stand in the address of a download", () => {
    expect(withFilters("/api/v1/ledger.xlsx", { q: "路灯 1" })).toBe("/api/v1/ledger.xlsx?q=%E8%B7%AF%E7%81%AF+1");
    expect(withFilters("/api/v1/ledger.xlsx", {})).toBe("/api/v1/ledger.xlsx");
  });
});
