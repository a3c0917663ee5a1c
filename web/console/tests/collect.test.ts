import { describe, expect, it } from "vitest";
import { ApiProblem } from "../src/api/problem";
import { cells, collect, MOST_ROWS } from "../src/parts/collect";

const goOn = () => true;
const pages = (sizes: number[]) => (_: unknown, cursor: string | undefined) => {
  const at = Number(cursor ?? 0);
  const items = Array.from({ length: sizes[at] ?? 0 }, (_, index) => ({ name: `${at}.${index}` }));
  return Promise.resolve({ items, next_cursor: at + 1 < sizes.length ? String(at + 1) : null });
};

describe("all rows of a table", () => {
  it("are those of every page, in their order, and say how many there are by now", async () => {
    const heard: number[] = [];
    const rows = await collect(pages([2, 1]), {}, (count) => heard.push(count) > 0);
    expect(rows?.map((row) => row.name)).toEqual(["0.0", "0.1", "1.0"]);
    expect(heard).toEqual([2, 3]);
  });

  it("are none when somebody stops it", async () => {
    expect(await collect(pages([1, 1]), {}, () => false)).toBeUndefined();
  });

  it("are refused when there are too many", async () => {
    await expect(collect(pages([MOST_ROWS, 1]), {}, goOn)).rejects.toThrow("内容太多");
  });

  it("are asked for again when they came too fast, and only then", async () => {
    let refusals = 2;
    const waited: number[] = [];
    const hasty = (filters: unknown, cursor: string | undefined) =>
      refusals-- > 0 ? Promise.reject(new ApiProblem(429, { title: "太快", detail: "", code: "rate_limited" })) : pages([1])(filters, cursor);
    const rows = await collect(hasty, {}, goOn, (ms) => Promise.resolve(waited.push(ms)));
    expect([rows?.length, waited.length]).toEqual([1, 2]);
    const broken = () => Promise.reject(new ApiProblem(500, { title: "出错", detail: "", code: "internal" }));
    await expect(collect(broken, {}, goOn)).rejects.toThrow("出错");
  });
});

describe("the cells of a workbook", () => {
  it("are what the columns say; buttons have none, and a number stays one", () => {
    const columns = [
      { key: "name", title: "名称", text: (row: { name: string; count: number }) => row.name },
      { key: "count", title: "件数", text: (row: { name: string; count: number }) => row.count },
      { key: "acts", title: "操作" },
    ];
    expect(cells(columns, [{ name: "", count: 3 }])).toEqual({ columns: ["名称", "件数"], rows: [[null, 3]] });
  });
});
