/** Every page of the rules: deadlines, calendar, kinds not taken, words of the check, templates of answers and messages, when messages go out, WeChat, roles. */
import { expect, test, type Page } from "@playwright/test";
import { Console, pick } from "../support/console";
import { stack } from "../support/stack";
import { leave } from "../support/watch";

/** A worker computes, and the page asks it now and then. */
const COMPUTED = { timeout: 90_000 };

/** Presses, and waits for what is computed now: what was computed before may still stand there. */
async function compute(page: Page, button: string): Promise<void> {
  const asked = page.waitForResponse((answer) => answer.request().method() === "POST" && answer.url().endsWith("/api/v1/deadline-policies/preview"));
  await page.getByRole("button", { name: button }).click();
  const { id } = (await (await asked).json()) as { id: string };
  // It comes into the address when the former result is gone.
  await expect(page).toHaveURL(new RegExp(`[?&]job=${id}`));
  await expect(page.getByText(/看了 \d+ 件，\d+ 件的期限会变。/)).toBeVisible(COMPUTED);
}

test("a deadline for some matters is looked at before it is saved, and the law is kept", async ({ browser }) => {
  const console = await Console.of(browser, stack().console.username);
  const page = await console.open("/policies/deadlines");
  await console.look("policies-deadlines");
  await page.getByLabel("长度").fill("12");
  await page.getByLabel("类型").selectOption("thanks");
  await compute(page, "先看看对正在办理的有什么影响");
  await console.look("policies-deadlines-preview");
  await page.getByRole("button", { name: "保存", exact: true }).click();
  await expect(page.getByText("已保存。正在办理的民意还按原来的时限。")).toBeVisible();
  const row = page.locator("tbody tr").filter({ hasText: "表示感谢" }).filter({ hasText: "现行" });
  await expect(row).toContainText("12 个工作日");

  // From the same day on nothing of its own holds for thanks: the next run of this test begins like this one.
  await page.getByLabel("从这一天起不再单独规定").check();
  await page.getByRole("button", { name: "保存", exact: true }).click();
  await expect(row).toContainText("不再单独规定");

  await page.getByLabel("从这一天起不再单独规定").uncheck();
  await page.getByLabel("用于").selectOption("proposal");
  await page.getByLabel("长度").fill("4");
  await page.getByLabel("单位").selectOption("months");
  await expect(page.getByText(/法定最长 3 个月/)).toBeVisible();
  await page.getByRole("button", { name: "保存", exact: true }).click();
  await expect(page.getByText(/不能长于法定的 3个月/)).toBeVisible();
  await compute(page, "按现行时限算一遍看看");
  await leave(page.context());
});

test("a long computing says how far it is and can be cancelled", async ({ browser }) => {
  const console = await Console.of(browser, stack().console.username);
  const page = await console.open("/policies/deadlines");
  // The demonstration is computed before anybody could look: the answers are those of a province.
  let isStopped = false;
  await page.route("**/api/v1/clock-jobs/*", (route) => {
    isStopped ||= route.request().method() === "DELETE";
    const id = new URL(route.request().url()).pathname.split("/").pop();
    const state = isStopped ? "cancelled" : "running";
    return route.fulfill({ json: { id, task: "preview_policies", state, total: 12000, done: 4500, created_at: new Date().toISOString() } });
  });
  await page.getByRole("button", { name: "按现行时限算一遍看看" }).click();
  await expect(page.getByText("已完成 4500 / 12000")).toBeVisible();
  await expect(page).toHaveURL(/[?&]job=/);
  await console.look("policies-computing");
  await page.getByRole("button", { name: "取消", exact: true }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByText("已经取消，什么都没有改。")).toBeVisible();
  await console.glance("policies-computing-cancelled");
  await page.unroute("**/api/v1/clock-jobs/*");
  await compute(page, "按现行时限算一遍看看");
  await console.close();
});

test("a year's holidays are looked at before they are taken", async ({ browser }) => {
  const console = await Console.of(browser, stack().console.username);
  const page = await console.open("/policies/calendar");
  await console.look("policies-calendar");
  // So far away that no deadline goes through it.
  const notice = { year: 2101, papers: ["试一试的通知"], days: [{ name: "元旦", date: "2101-01-03", isOffDay: true }, { name: "元旦", date: "2101-01-08", isOffDay: false }] };
  const file = page.getByLabel("节假日安排的文件");
  await file.setInputFiles({ name: "2101.json", mimeType: "application/json", buffer: Buffer.from(JSON.stringify(notice)) });
  await expect(page.getByRole("heading", { name: "导入 2101 年会有这些变化" })).toBeVisible(COMPUTED);
  await console.look("policies-calendar-preview");
  await page.getByRole("button", { name: "导入 2101 年" }).click();
  await expect(page.getByText(/2101 年的节假日已经导入/)).toBeVisible(COMPUTED);
  await expect(page.getByRole("region", { name: "2101 年" })).toContainText("按通知");
  await expect(file).toBeEnabled();
  await file.setInputFiles({ name: "no.json", mimeType: "application/json", buffer: Buffer.from("hello") });
  await expect(page.getByText("这个文件读不出来")).toBeVisible();
  await console.check();
  await console.close();
});

test("a word is added, tried on a text and taken off again", async ({ browser }) => {
  const console = await Console.of(browser, stack().console.username);
  const page = await console.open("/policies/words");
  await console.look("policies-words");
  await page.getByLabel("词（2 到 30 个字）").fill("安居宝");
  await page.getByRole("button", { name: "加入词表" }).click();
  await expect(page.getByText("“安居宝”已加入。")).toBeVisible();
  await page.getByLabel("文字（不会保存）").fill("楼道里贴满安-居-宝的广告。");
  await page.getByRole("button", { name: "看看会标出什么" }).click();
  await expect(page.getByText("“安-居-宝”")).toBeVisible();
  await console.look("policies-words-tried");
  await page.getByRole("button", { name: "移出 安居宝" }).click();
  await expect(page.getByText("“安居宝”已移出。")).toBeVisible();
  await page.getByRole("button", { name: "看看会标出什么" }).click();
  await expect(page.getByText("没有标出。")).toBeVisible();
  await console.close();
});

test("a station's head writes a phrase, and it is offered to the station", async ({ browser }) => {
  const console = await Console.of(browser, stack().station);
  const page = await console.open("/policies/answers");
  await console.look("policies-answers-station");
  await page.getByRole("button", { name: "加一条" }).click();
  await page.getByLabel("标题").last().fill("到场看过");
  await page.getByLabel("内容").last().fill("我们今天到现场看过，三天内给您结果。");
  await page.getByRole("button", { name: "保存" }).click();
  await expect(page.getByText(/已保存 \d+ 条。/)).toBeVisible();
  const offered = await page.request.get(`${stack().base_url}/api/v1/me/phrases`);
  expect(JSON.stringify(await offered.json())).toContain("到场看过");
  await console.look("policies-answers-station-written");
  await page.getByRole("button", { name: /停用$/ }).last().click();
  // What was said of the first time stands there until the second is under way.
  const again = page.waitForResponse((answer) => answer.request().method() === "PUT" && answer.url().endsWith("/api/v1/answer-templates"));
  await page.getByRole("button", { name: "保存" }).click();
  expect((await again).ok()).toBe(true);
  await expect(page.getByText(/已保存|已清空/)).toBeVisible();
  await console.close();

  const county = await Console.of(browser, stack().console.username);
  await county.open("/policies/answers");
  await county.look("policies-answers");
  await county.page.getByLabel("哪一级").selectOption("site");
  await expect(county.page).toHaveURL(/level=site/);
  await county.page.reload();
  await county.settled();
  await expect(county.page.getByLabel("哪一级")).toHaveValue("site");
  await pick(county.page, "站点");
  await expect(county.page.getByRole("button", { name: "加一条" })).toBeVisible();
  await county.close();
});

test("messages show what they say, and free ones are worded", async ({ browser }) => {
  const console = await Console.of(browser, stack().console.username);
  const page = await console.open("/policies/messages");
  await expect(page.getByRole("region", { name: "微信小程序" })).toContainText("模板编号");
  await console.look("policies-messages");
  const form = page.getByRole("form", { name: "邮件：待办提醒" });
  const words = form.getByLabel("文字");
  const usual = await words.inputValue();
  await words.fill("请办 {编号}，{状态}");
  await form.getByRole("button", { name: "预览" }).click();
  await expect(form.getByText("要有 {链接}")).toBeVisible();
  await words.fill("请办 {编号}，{状态}\n{链接}");
  await form.getByRole("button", { name: "保存" }).click();
  await expect(form.getByText("改过")).toBeVisible();
  await expect(form.locator(".words")).toContainText("请办 ");
  await form.getByRole("button", { name: "恢复原来的文字" }).click();
  await expect(words).toHaveValue(usual);
  await leave(page.context());
});

test("when messages go out is set, and a digest at night is refused", async ({ browser }) => {
  const console = await Console.of(browser, stack().console.username);
  const page = await console.open("/policies/delivery");
  await expect(page.getByLabel("早间汇总的时间")).toBeVisible();
  await console.look("policies-delivery");
  const quiet = page.getByLabel("有静默时段");
  const [digest, save] = [page.getByLabel("早间汇总的时间"), page.getByRole("button", { name: "保存", exact: true })];
  // The demonstration has none, so that its messages go out at any hour.
  const [wasQuiet, usual] = [await quiet.isChecked(), await digest.inputValue()];
  await quiet.check();
  await page.getByLabel("从", { exact: true }).fill("22:00");
  await page.getByLabel("到", { exact: true }).fill("07:00");
  await digest.fill("06:30");
  await save.click();
  await expect(page.getByText("早间汇总落在静默时段里，会拖到 07:00 才发")).toBeVisible();
  await digest.fill(usual);
  await quiet.setChecked(wasQuiet);
  await save.click();
  await expect(page.getByText("已保存。")).toBeVisible();
  await console.check();
  await console.close(422);
});

test("the kinds that are not taken are looked at, and the machine's administrator has the rules too", async ({ browser }) => {
  const console = await Console.of(browser, stack().console.username);
  await console.open("/policies/kinds");
  await console.look("policies-kinds");
  await console.close();
  const system = await Console.of(browser, "system");
  const page = await system.open("/policies/deadlines");
  await expect(page.locator("tbody tr").filter({ hasText: "紧急" }).first()).toContainText("1 个工作日");
  await system.check();
  await system.close();
});

test("a new kind that is not taken is added, offered at once, and put aside again", async ({ browser }) => {
  const console = await Console.of(browser, stack().console.username);
  const page = await console.open("/policies/kinds");
  const name = `试一试的情形${Date.now()}`;
  await page.getByRole("button", { name: "增加一种情形" }).click();
  const draft = page.getByRole("form", { name: "新的情形" });
  await expect(draft.getByLabel("情形", { exact: true })).toBeFocused();
  await console.glance("policies-kinds-new");
  await draft.getByLabel("情形", { exact: true }).fill(name);
  await draft.getByLabel("告诉居民的话").fill("请先找业主委员会商量。");
  await draft.getByLabel("可以找谁").fill("业主委员会");
  await draft.getByRole("button", { name: "增加" }).click();
  await expect(page.getByText(`“${name}”已增加，办理时可以选用。`)).toBeVisible();
  await expect(draft).toBeHidden();
  const offered = await page.request.get(`${stack().base_url}/api/v1/decline-kinds`);
  const kinds = ((await offered.json()) as { items: { name: string; is_active: boolean }[] }).items;
  expect(kinds.find((kind) => kind.name === name)?.is_active).toBe(true);

  const kept = page.getByRole("form", { name });
  await kept.getByLabel("可以选用").uncheck();
  await kept.getByRole("button", { name: "保存" }).click();
  await expect(kept.getByText("已保存。")).toBeVisible();
  await console.open("/policies/kinds");
  await expect(page.getByRole("form", { name }).getByLabel("可以选用")).not.toBeChecked();
  await console.close();
});

test("roles are read with what each may do, and taken along", async ({ browser }) => {
  const console = await Console.of(browser, stack().console.username);
  const page = await console.open("/policies/roles");
  await console.look("policies-roles");
  await expect(page.getByRole("columnheader", { name: "县级管理员" })).toBeVisible();
  const roles = await page.getByRole("columnheader").allInnerTexts();
  const cell = (right: string, role: string) => {
    const row = page.locator("tbody tr").filter({ has: page.getByRole("rowheader", { name: right, exact: true }) });
    return row.getByRole("cell").nth(roles.indexOf(role) - 1);
  };
  expect(roles).toContain("县级管理员");
  await expect(cell("审计", "审计员")).toHaveText("可以");
  await expect(cell("审计", "县级管理员")).toHaveText("—");
  await expect(cell("查看联系方式", "县级管理员")).toHaveText("只限本级办理的");
  await expect(cell("能看到哪些民意", "联络员")).toHaveText("本站的");
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "导出 XLSX" }).click()]);
  expect(download.suggestedFilename()).toBe("角色和权限.xlsx");
  await console.close();
});

test("the settings of WeChat are read without their secrets, and tried", async ({ browser }) => {
  const console = await Console.of(browser, "system");
  const page = await console.open("/policies/wechat");
  const mini = page.getByRole("region", { name: "小程序", exact: true });
  await expect(mini.getByRole("row", { name: /^AppID wx\w+ MINYI_WECHAT_APPID$/ })).toBeVisible();
  await expect(mini.getByRole("row", { name: "AppSecret 已设置，不显示 MINYI_WECHAT_SECRET" })).toBeVisible();
  await page.getByRole("button", { name: "给我发一条测试消息" }).click();
  await expect(page.getByRole("status").filter({ hasText: "微信" })).toBeVisible();
  await console.look("policies-wechat");
  await console.close();
});
