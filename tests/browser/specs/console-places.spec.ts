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
