import { readFileSync } from "node:fs";
import { expect, test } from "@playwright/test";
import { Console } from "../support/console";
import { codesOn } from "../support/qr";
import { stack } from "../support/stack";

test("a station makes its codes, prints them and reads them from the file", async ({ browser }) => {
  const console = await Console.of(browser, stack().station);
  const page = await console.open("/codes/make");
  await console.look("codes-make");
  await page.getByLabel("用途").fill("电梯");
  await page.getByRole("button", { name: "先数一数" }).click();
  await expect(page.getByText(/一共要有 \d+ 个码/)).toBeVisible();
  await page.getByRole("button", { name: /^制 \d+ 个码$/ }).click();
  await expect(page.getByText(/制好了 \d+ 个码/)).toBeVisible();

  await console.open("/codes?purpose=电梯");
  await expect(page.getByRole("link", { name: /-/ }).first()).toBeVisible();
  await console.look("codes");

  await console.open("/codes/print");
  await expect(page.getByAltText("A4 海报的样子")).toBeVisible();
  await console.look("codes-print");
  await page.getByLabel("模板").selectOption("a5");
  await page.getByLabel("这一批用自己的文字和颜色").check();
  await page.getByLabel("标题", { exact: true }).fill("有事您说");
  await expect(page.getByAltText("A5 海报的样子")).toBeVisible();
  await page.getByRole("button", { name: "开始印" }).click();
  const file = page.getByRole("link", { name: "下载", exact: true });
  await expect(file).toBeVisible({ timeout: 120_000 });
  await console.look("codes-printed");
  const [download] = await Promise.all([page.waitForEvent("download"), file.click()]);
  const path = await download.path();
  expect(readFileSync(path).subarray(0, 5).toString()).toBe("%PDF-");
  const said = codesOn(path, 1);
  expect(said).toHaveLength(1);
  expect(said[0]).toMatch(new RegExp(`^${stack().base_url}/c/[0-9A-Z]{12}$`));

  const token = said[0]!.slice(-12);
  await console.open(`/codes/${token}`);
  await expect(page.getByText("印刷：A5 海报")).toBeVisible();
  await console.close();
});

test("a code is hung up with a note, replaced with a reason, and both are known afterwards", async ({ browser }) => {
  const console = await Console.of(browser, stack().station);
  const page = await console.open("/codes?state=active&purpose=电梯");
  await page.locator("tbody a").first().click();
  await page.getByRole("button", { name: "登记张贴" }).click();
  await page.getByLabel(/贴在哪里/).fill("3 单元电梯内左侧");
  await page.getByRole("button", { name: "登记", exact: true }).click();
  await expect(page.getByText("3 单元电梯内左侧")).toBeVisible();
  await console.look("code");

  await page.getByRole("button", { name: "暂停、更换、停用" }).click();
  await page.getByLabel("做什么").selectOption("replace");
  await page.getByLabel("理由").fill("贴纸破损");
  await console.check();
  await page.getByRole("button", { name: "确定更换" }).click();
  await expect(page.getByText("更换：贴纸破损")).toBeVisible();
  await expect(page.locator(".badge", { hasText: "已更换" })).toBeVisible();
  await expect(page.getByText("新码", { exact: true })).toBeVisible();
  await console.close();
});

test("a photo of a code tells whether it is ours", async ({ browser }) => {
  const console = await Console.of(browser, stack().station);
  const page = await console.open("/codes/check");
  await console.look("codes-check-empty");
  const token = stack().codes[0];
  const picture = await (await page.request.get(`${stack().base_url}/api/v1/codes/${token}/image.png?size=600`)).body();
  await page.getByLabel("上传二维码的照片").setInputFiles({ name: "code.png", mimeType: "image/png", buffer: picture });
  await expect(page.getByText("真码")).toBeVisible();
  await console.look("codes-check");
  await page.getByLabel(/或者输入编号/).fill(`https://my.evil.test/c/${token}`);
  await page.getByRole("button", { name: "查一查" }).click();
  await expect(page.getByText(/仿冒/)).toBeVisible();
  await console.close();
});

test("the page of unusual scans is usable when there are none", async ({ browser }) => {
  const console = await Console.of(browser, stack().station);
  await console.open("/codes/watch");
  await expect(console.page.getByText("最近 30 天没有扫码异常。")).toBeVisible();
  await console.look("codes-watch-empty");
  await console.close();
});
