import { expect, test } from "@playwright/test";
import { Console, pick } from "../support/console";
import { submit } from "../support/resident";
import { stack } from "../support/stack";

test("a station takes on a case and answers it with the keyboard alone", async ({ browser, page }) => {
  const { number } = await submit(page, "5 号院门口的井盖松了，车一过就响，晚上很吵。");
  const console = await Console.of(browser, stack().station);
  await console.open(`/desk/ledger?q=${number}`);
  await console.page.keyboard.press("j");
  await console.page.keyboard.press("Enter");
  await expect(console.page.getByRole("heading", { name: `民意 ${number}` })).toBeVisible();
  await console.page.keyboard.press("a");
  await console.page.getByRole("dialog").getByRole("button", { name: "受理" }).click();
  await console.stands("已受理，办理中");
  await console.page.keyboard.press("r");
  await console.page.getByLabel("答复内容").fill("井盖已经换了新的，不会再响。");
  await console.page.keyboard.press("Control+Enter");
  await expect(console.page.getByText("井盖已经换了新的，不会再响。")).toBeVisible();
  await console.stands("已答复，待评价");
  await console.close();
});

test("many are transferred at once with one reason", async ({ browser, page }) => {
  for (const text of ["楼道的灯不亮，老人上下楼看不见。", "垃圾桶满了三天没有人收。"]) await submit(page, text);
  const console = await Console.of(browser, stack().station);
  await console.open("/desk/queue?state=registered");
  await console.page.keyboard.press("j");
  await console.page.keyboard.press("x");
  await console.page.keyboard.press("j");
  await console.page.keyboard.press("x");
  await console.page.getByRole("button", { name: "批量转办（2）" }).click();
  const dialog = console.page.getByRole("dialog");
  await pick(console.page, "转给谁", "", "last");
  await dialog.getByLabel("原因").fill("这一片由他负责。");
  await dialog.getByRole("button", { name: "转办" }).click();
  await expect(dialog.getByText(/件已经转办/)).toBeVisible();
  await console.close();
});

test("every page of the desk is looked at, with data and empty", async ({ browser }) => {
  test.setTimeout(240_000);
  const station = await Console.of(browser, stack().station);
  for (const [name, path] of [
    ["queue", "/desk/queue"],
    ["queue-empty", "/desk/queue?state=merged"],
    ["handovers", "/desk/handovers"],
    ["intake", "/desk/intake"],
    ["ledger", "/desk/ledger"],
    ["ledger-empty", "/desk/ledger?q=NOTHING"],
  ] as const) {
    await station.open(path);
    await station.look(name);
  }
  await station.open("/desk/queue");
  await station.page.locator("tbody a").first().click();
  await expect(station.page.getByRole("heading", { name: /^民意 \d/ })).toBeVisible();
  await station.settled();
  await station.look("case");
  await station.close();
  const office = await Console.of(browser, stack().office);
  await office.open("/desk/handovers");
  await office.look("office-handovers");
  await office.close();
});
