import { expect, test } from "@playwright/test";
import { Console } from "../support/console";
import { stack } from "../support/stack";
import { workbook } from "../support/workbook";

const XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const book = (rows: string[][]) => ({ name: "book.xlsx", mimeType: XLSX, buffer: workbook(rows) });

test("a workbook with mistakes is corrected and goes in whole; what came in is found while typing", async ({ browser }) => {
  const console = await Console.of(browser, stack().console.username);
  const page = await console.open("/places/import?kind=regions");
  await page.getByLabel("填好的文件").setInputFiles(book([["区划代码*", "名称*"], ["99900", "错的"], ["999001077", ""]]));
  await page.getByRole("button", { name: "检查" }).click();
  await expect(page.getByRole("heading", { name: /2 处需要修改/ })).toBeVisible();
  await expect(page.getByRole("cell", { name: "名称", exact: true })).toBeVisible();
  await console.check();

  await page.getByLabel("填好的文件").setInputFiles(book([["区划代码*", "名称*"], ["999001077", "柳林乡"], ["999001077201", "河西村"]]));
  await page.getByRole("button", { name: "检查" }).click();
  await expect(page.getByRole("heading", { name: "没有错误，可以导入" })).toBeVisible();
  await page.getByRole("button", { name: "导入" }).click();
  await expect(page.getByRole("heading", { name: "已经导入" })).toBeVisible();

  await console.open("/places/regions");
  await page.getByLabel("查找名称或代码").pressSequentially("河西");
  await expect(page.getByRole("cell", { name: "河西村", exact: true })).toBeVisible();
  await expect(page).toHaveURL(/q=/);
  await console.close();
});

test("a site and a deputy are kept by hand, and holes lead to who is missing", async ({ browser }) => {
  const console = await Console.of(browser, stack().console.username);
  const page = await console.open("/places/deputies");
  await page.getByRole("button", { name: "增加代表" }).click();
  const form = page.getByRole("dialog");
  await form.getByLabel("姓名（必填）").fill("柳青青");
  await form.getByLabel("由哪里联系").click();
  await page.getByRole("option").filter({ visible: true }).first().click();
  await form.getByLabel("任期开始").fill("2026-01-01");
  await console.check();
  await form.getByRole("button", { name: "保存" }).click();
  await expect(form).toBeHidden();
  await page.getByLabel("查找姓名").pressSequentially("柳青");
  await expect(page.getByText("还没有进站").first()).toBeVisible();
  await page.getByRole("button", { name: "修改柳青青" }).click();
  await form.getByLabel("任期结束").fill("2025-01-01");
  await form.getByRole("button", { name: "保存" }).click();
  await expect(form.getByText("失效日期要晚于开始日期。").first()).toBeVisible();
  await console.close(422);
});

test("every page of places is usable on both screens, light and dark", async ({ browser }) => {
  test.slow();
  const console = await Console.of(browser, stack().console.username);
  for (const name of ["setup", "regions", "sites", "grids", "map", "offices", "deputies", "assignments", "term", "import"]) {
    await console.open(`/places/${name}`);
    await console.look(`places-${name}`);
  }
  await console.open("/places/grids?q=不会有这样的");
  await console.look("places-grids-empty");
  await console.close();
});

test("a term goes over to the next one, and the former ones stay with each deputy", async ({ browser }) => {
  const console = await Console.of(browser, stack().console.username);
  // A township and names of its own, so that nobody else's term is moved and another run begins afresh.
  const now = Date.now();
  const [township, mark] = [`999001${100 + (now % 900)}`, String.fromCharCode(0x4e00 + (now % 8000))];
  const [staying, leaving] = [`连${mark}任`, `离${mark}任`];
  const headings = ["姓名*", "层级*", "区划代码*", "届次", "任期开始*"];
  const person = (name: string) => [name, "乡镇人大代表", township, "第十八届", "2022-01-01"];
  const books = [
    { kind: "regions", rows: [["区划代码*", "名称*"], [township, "青石乡"]] },
    { kind: "deputies", rows: [headings, person(staying), person(leaving)] },
  ];
  for (const { kind, rows } of books) {
    const page = await console.open(`/places/import?kind=${kind}`);
    await page.getByLabel("填好的文件").setInputFiles(book(rows));
    await page.getByRole("button", { name: "检查" }).click();
    await expect(page.getByRole("heading", { name: "没有错误，可以导入" })).toBeVisible();
    await page.getByRole("button", { name: "导入", exact: true }).click();
    await expect(page.getByRole("heading", { name: "已经导入" })).toBeVisible();
  }

  const page = await console.open("/places/term");
  await page.getByLabel("哪一级代表").selectOption("township");
  await page.getByLabel("哪个区划联系的").fill(township);
  await page.getByRole("option", { name: township }).click();
  await page.getByLabel("新的届次").fill("第十九届");
  await page.getByLabel("新一届第一天").fill("2027-01-10");
  await page.getByRole("button", { name: "列出代表" }).click();
  await page.getByLabel(leaving).check();
  await page.getByRole("button", { name: "看看会怎样" }).click();
  await expect(page.getByRole("heading", { name: "会这样" })).toBeVisible();
  await expect(page.locator("dl.facts")).toContainText("连任1 名");
  await console.check();
  await page.getByRole("button", { name: "确定换届" }).click();
  await expect(page.getByRole("heading", { name: "已经换届" })).toBeVisible();

  const form = page.getByRole("dialog");
  const history = (name: string) => form.getByRole("table", { name: `${name}的历届任期` });
  await console.open(`/places/deputies?q=${encodeURIComponent(staying)}`);
  await expect(page.getByRole("row", { name: staying })).toContainText("第十九届");
  await page.getByRole("button", { name: `修改${staying}` }).click();
  await expect(history(staying).locator("tbody tr")).toHaveCount(2);
  await expect(history(staying).getByRole("row", { name: "第十九届 2027-01-10" })).toBeVisible();
  await expect(history(staying).getByRole("row", { name: "第十八届 2022-01-01 2027-01-10" })).toBeVisible();
  await console.glance("places-deputy-terms");

  await console.open(`/places/deputies?ended=true&q=${encodeURIComponent(leaving)}`);
  await page.getByRole("button", { name: `修改${leaving}` }).click();
  await expect(history(leaving).locator("tbody tr")).toHaveCount(1);
  await expect(history(leaving).getByRole("row", { name: "第十八届 2022-01-01 2027-01-10" })).toBeVisible();
  await console.close();
});

test("an answer that comes late is never shown over a newer one, and what is typed stays as it is", async ({ browser }) => {
  const console = await Console.of(browser, stack().console.username);
  const page = await console.open("/places/deputies");
  const asked = (request: { url: () => string }) => new URL(request.url()).searchParams.get("q");
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route("**/api/v1/places/deputies?*", async (route) => {
    if (asked(route.request()) === "王") await held;
    // The one that was held has been given up meanwhile.
    await route.continue().catch(() => undefined);
  });
  const field = page.getByLabel("查找姓名、单位或证号");
  await Promise.all([page.waitForRequest((request) => asked(request) === "王"), field.fill("王")]);
  await Promise.all([page.waitForEvent("requestfailed", (request) => asked(request) === "王"), field.fill("不会有这样的 ")]);
  await expect(page.getByText("没有符合条件的代表。")).toBeVisible();
  release();
  await console.settled();
  await expect(page.getByText("没有符合条件的代表。")).toBeVisible();
  await expect(field).toHaveValue("不会有这样的 ");
  await console.close();
});
