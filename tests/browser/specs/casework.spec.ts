import { expect, test } from "@playwright/test";
import { optionOf } from "../support/console";
import { asStation } from "../support/deputy";
import { Desk, caseOf } from "../support/desk";
import { checked } from "../support/release";
import { CONSENT, submit } from "../support/resident";
import { stack } from "../support/stack";
import { barriers, watch } from "../support/watch";

test.use({ bypassCSP: true });

test("the station asks, accepts, and puts an urgent matter first", async ({ page, browser }) => {
  const sent = await submit(page, `浏览器测试 ${Date.now()}：院里的灯一闪一闪的，看着难受。`);
  const staff = await Desk.of(browser, stack().station);
  const path = await caseOf(staff, sent.number);
  const desk = await staff.open(path);
  await staff.unfold("请居民补充");
  await desk.getByLabel("要问的问题").fill("请问是哪一盏，靠近几单元？");
  await desk.getByRole("button", { name: "发给居民" }).click();
  await expect(desk.getByText("等居民补充，期限暂停").first()).toBeVisible();

  const seen = watch(page);
  await page.goto(sent.receipt);
  expect(await barriers(page)).toEqual([]);
  await page.getByLabel("补充的内容").fill("三单元门口那一盏。");
  await page.getByRole("button", { name: "提交补充" }).click();
  await expect(page.getByText("补充过的情况")).toBeVisible();
  expect(seen).toEqual({ errors: [], foreign: [] });

  await staff.open(path);
  await staff.unfold(/缓急/);
  await desk.getByRole("radio", { name: "紧急" }).check();
  await desk.getByRole("button", { name: "改", exact: true }).click();
  await expect(desk.getByText("已调整缓急。")).toBeVisible();
  // Of the folded forms at most one is open.
  await staff.unfold("转办");
  await staff.unfold("并案");
  await expect(desk.locator("#acts > details[open]")).toHaveCount(1);
  await staff.close();
});

test("what is not taken is answered with the right way, and reviewed above", async ({ page, browser }) => {
  const sent = await submit(page, `浏览器测试 ${Date.now()}：邻居借了我两千块钱不还，请代表去要。`);
  const staff = await Desk.of(browser, stack().station);
  const path = await caseOf(staff, sent.number);
  const desk = await staff.open(path);
  await staff.unfold(/^不予受理/);
  await desk.getByLabel("属于哪种情形").selectOption({ label: "不属于国家机关职责范围" });
  await expect(desk.getByLabel("告诉居民的话")).toHaveValue(/人民调解/);
  await desk.getByRole("button", { name: "不予受理并告知" }).click();
  await expect(desk.getByText("已告知居民")).toBeVisible();

  await page.goto(sent.receipt);
  await expect(page.getByText("为什么不受理，该找哪里")).toBeVisible();
  expect(await barriers(page)).toEqual([]);
  await page.getByRole("button", { name: "申请复核" }).click();
  await expect(page.getByText("已转上级人大复核办理").first()).toBeVisible();

  // The station answers no longer, the level above does.
  await staff.open(path);
  await expect(desk.getByText("上级办理").first()).toBeVisible();
  await expect(desk.getByLabel("答复内容")).toHaveCount(0);
  await staff.close();
});

test("a matter goes to an office and back, and the resident sees it", async ({ page, browser }) => {
  const sent = await submit(page, `浏览器测试 ${Date.now()}：菜市场后门的垃圾桶满了三天没人清。`);
  const deputy = await Desk.of(browser, stack().station);
  const path = await caseOf(deputy, sent.number);
  let desk = await deputy.open(path);
  await deputy.unfold("交给街道、乡镇的承办单位办理");
  await desk.getByLabel("承办单位").selectOption({ label: await optionOf(desk.locator("#office"), "石桥街道综合行政执法队") });
  await desk.getByLabel("交办要求").fill("请看一看清运的次数够不够。");
  await desk.getByRole("button", { name: "交办", exact: true }).click();
  await desk.waitForURL(/\/desk\/handovers\//);
  const handover = new URL(desk.url()).pathname;
  await deputy.check();

  const office = await Desk.of(browser, stack().office);
  await office.open("/desk/handovers");
  const theirs = await office.open(handover);
  await theirs.getByLabel("负责人姓名").fill("辛向东");
  await theirs.getByRole("button", { name: "签收办理" }).click();
  await theirs.getByLabel("办理情况").fill("清运改为每天两次，后门加放了两只桶。");
  await theirs.getByLabel("办理结果").selectOption("a");
  await theirs.getByRole("button", { name: "回复代表" }).click();
  await expect(theirs.getByText("等代表评价").first()).toBeVisible();
  await office.check();

  desk = await deputy.open(handover);
  await desk.getByLabel(/同时答复居民/).fill("清运已经改为每天两次，我明早再去看。");
  await desk.getByRole("button", { name: "满意，办结" }).click();
  await expect(desk.getByText("已经办好。")).toBeVisible();
  await page.goto(sent.receipt);
  await expect(page.getByText("清运已经改为每天两次").first()).toBeVisible();
  expect(await barriers(page)).toEqual([]);
  await office.close();
  await deputy.close();
});

test("the staff enter what somebody tells at the counter, and hand out a slip", async ({ browser }) => {
  const staff = await Desk.of(browser, stack().station);
  const desk = await staff.open("/desk/intake");
  await desk.getByRole("radio", { name: "到站反映" }).check();
  await desk.getByLabel("事情在哪个网格").selectOption({ index: 1 });
  await desk.getByRole("radio", { name: "反映问题" }).check();
  await desk.getByLabel("反映的内容").fill(`浏览器测试 ${Date.now()}：老人来反映，楼前的台阶没有扶手。`);
  await desk.getByRole("button", { name: "登记" }).click();
  await expect(desk.getByText("已登记，已通知办理人")).toBeVisible();
  await staff.check();
  const slip = await desk.getByRole("link", { name: "打印回执单" }).getAttribute("href");
  const file = await desk.request.get(new URL(slip ?? "", stack().base_url).href);
  expect(file.headers()["content-type"]).toContain("application/pdf");
  await staff.close();
});

test("the ledger is filtered and taken out as a file", async ({ browser }) => {
  const admin = await Desk.of(browser, stack().console.username);
  const desk = await admin.open("/desk/ledger");
  await desk.getByLabel("状态").selectOption({ label: "已交办" });
  await desk.getByRole("button", { name: "筛选" }).click();
  await expect(desk).toHaveURL(/state=handed_over/);
  await admin.check();
  const waiting = desk.waitForEvent("download");
  await desk.getByRole("link", { name: "导出 XLSX" }).click();
  expect((await waiting).suggestedFilename()).toMatch(/\.xlsx$/);
  await admin.close();
});

test("what a resident lets publish stands on the open page without numbers", async ({ page, browser }) => {
  const sent = await submit(page, `浏览器测试 ${Date.now()}：河边的护栏断了一截，请打13800001234找我。`, CONSENT);
  const staff = await Desk.of(browser, stack().station);
  const path = await caseOf(staff, sent.number);
  const desk = await staff.open(path);
  await desk.getByLabel("答复内容").fill("护栏当天已经接好，请放心走。");
  await desk.getByRole("button", { name: "发出答复" }).click();
  await checked(page, path.split("/").at(-1) ?? "", await asStation(page.request));
  await desk.getByRole("link", { name: "准备公开" }).click();
  await expect(desk.getByRole("heading", { name: "准备公开" })).toBeVisible();
  await staff.check();
  await expect(desk.getByLabel("反映的内容")).not.toHaveValue(/13800001234/);
  await desk.getByLabel("标题").fill("河边的护栏断了一截");
  await desk.getByRole("button", { name: "预览" }).click();
  await expect(desk.getByText(/^预览：/)).toBeVisible();
  await staff.check();
  await desk.getByLabel(/我已逐字看过/).check();
  await desk.getByRole("button", { name: "确认公开" }).click();
  await expect(desk.getByText("已公开。")).toBeVisible();
  const open = await desk.getByRole("link", { name: "河边的护栏断了一截" }).getAttribute("href");

  const seen = watch(page);
  await page.goto(new URL(open ?? "", stack().base_url).href);
  await expect(page.getByRole("heading", { level: 1 })).toContainText("河边的护栏断了一截");
  expect(await barriers(page)).toEqual([]);
  await page.goto(`${stack().base_url}/open/regions/999001`);
  await expect(page.getByText("河边的护栏断了一截").first()).toBeVisible();
  await expect(page.getByRole("heading", { name: "答复活动预告" })).toBeVisible();
  expect(await barriers(page)).toEqual([]);
  expect(seen).toEqual({ errors: [], foreign: [] });
  await staff.close();
});

test("several matters become a proposal with a form to print", async ({ page, browser }) => {
  const sent = await submit(page, `浏览器测试 ${Date.now()}：整条街没有一个充电的地方。`);
  const staff = await Desk.of(browser, stack().station);
  const path = await caseOf(staff, sent.number);
  const desk = await staff.open(path);
  await desk.getByRole("link", { name: "写成代表建议" }).click();
  await expect(desk.getByRole("heading", { name: "起草建议" })).toBeVisible();
  await staff.check();
  await desk.getByLabel("领衔代表").selectOption({ index: 1 });
  await desk.getByLabel("题目").fill("关于增设充电设施的建议");
  await desk.getByLabel("内容").fill("沿街没有充电的地方，建议结合路灯改造统一布设。");
  await desk.getByRole("button", { name: "存成草稿" }).click();
  await expect(desk.getByText("草稿已经保存")).toBeVisible();
  await staff.check();
  await desk.getByLabel("承办单位").selectOption({ label: "禾溪市住房和城乡建设局" });
  await desk.getByRole("button", { name: "提交建议" }).click();
  await expect(desk.getByText(/闭会第\d{4}号/).first()).toBeVisible();
  const form = await desk.getByRole("link", { name: "打印建议专用纸" }).getAttribute("href");
  const file = await desk.request.get(new URL(form ?? "", stack().base_url).href);
  expect(file.headers()["content-type"]).toContain("application/pdf");
  // The way back: the case names the proposal.
  await staff.open(path);
  await expect(desk.getByRole("link", { name: /关于增设充电设施的建议/ })).toBeVisible();
  await staff.open("/desk/proposals");
  await staff.close();
});
