/** A second factor, a new account and the audit that shows it, as three people go through the console. */
import { expect, test, type Page } from "@playwright/test";
import { Console, PASSWORD } from "../support/console";
import { createAdmin } from "../support/product";
import { submit } from "../support/resident";
import { newAccount } from "../support/setup";
import { stack } from "../support/stack";
import { totp } from "../support/totp";

test("a second factor is bound, and the next login asks for its code", async ({ browser }) => {
  test.setTimeout(360_000);
  // An administrator of its own: from those of the demonstration nobody is to want a code afterwards.
  const username = `guard.${Date.now()}`;
  const console = await Console.invited(browser, createAdmin("security-admin", username, "卫守安"));
  const page = await console.open("/trust/own");
  await console.look("trust-own");
  await page.getByRole("button", { name: "显示二维码" }).click();
  await expect(page.getByAltText("动态口令的二维码")).toBeVisible();
  await console.check();
  const secret = await page.locator("code").first().innerText();
  await page.getByLabel("应用上显示的 6 位数字").fill(totp(secret));
  await page.getByRole("button", { name: "确认" }).click();
  await expect(page.getByText("绑定好了")).toBeVisible();
  await expect(page.locator(".codes li")).toHaveCount(10);
  await expect(page.locator(".codes li").first()).toHaveText(/^\w{4}-\w{4}-\w{4}$/);
  await page.getByRole("button", { name: "退出" }).click();

  await page.getByLabel("账号").fill(username);
  await page.getByLabel("密码").fill(PASSWORD);
  await page.getByRole("button", { name: "登录" }).click();
  await expect(page.getByRole("heading", { name: "输入动态验证码" })).toBeVisible();
  await console.look("trust-second-step");
  const code = page.getByLabel("手机上动态口令应用显示的 6 位数字");
  await code.fill(totp(secret, 1));
  await page.getByRole("button", { name: "继续" }).click();
  await expect(page.getByRole("button", { name: "退出" })).toBeVisible();

  const newcomer = { username: `auditor.${Date.now()}`, name: "孙明察", role: "审计员" };
  const link = await newAccount(console, newcomer, () => console.look("trust-account-new"));
  await console.open("/trust/accounts");
  await expect(page.getByRole("link", { name: "孙明察" })).toBeVisible();
  await console.look("trust-accounts");
  await page.getByRole("link", { name: "孙明察" }).click();
  await expect(page).toHaveURL(/\/trust\/accounts\/[^/?]+$/);
  await console.settled();
  await console.look("trust-account");
  await console.open("/trust/login-policy");
  await console.look("trust-login-policy");
  await console.close();

  const other = await Console.invited(browser, link);
  await other.close();
});

test("the auditor finds what was done and who opened contact data, and takes it out as a file", async ({ browser, page: resident }) => {
  const security = await Console.of(browser, "security");
  await newAccount(security, { username: `auditor.${Date.now()}`, name: "周明镜", role: "审计员" });
  await security.close();
  const { number } = await written(resident, "单元门口的台阶松了，老人容易绊倒。", "13900003579");
  const station = await Console.of(browser, stack().station);
  await station.open(`/desk/ledger?q=${number}`);
  await station.page.getByRole("link", { name: number }).click();
  await station.settled();
  await station.page.getByRole("button", { name: "查看联系方式" }).click();
  await expect(station.page.getByRole("link", { name: "13900003579" })).toBeVisible();
  await station.close();

  const console = await Console.of(browser, "auditor");
  const page = await console.open("/trust/audit");
  await console.look("trust-audit");
  await page.getByLabel("操作").selectOption("account_created");
  await console.settled();
  await expect(page.locator("tbody tr").first()).toContainText("沈静安");
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "导出 XLSX" }).click();
  expect((await download).suggestedFilename()).toMatch(/^shenji-.*\.xlsx$/);
  await console.open("/trust/audit?action=audit_exported");
  await expect(page.locator("tbody tr").first()).toContainText("导出审计日志");
  await console.open("/trust/contact-views");
  await expect(page.getByRole("row", { name: number })).toContainText(/联络员|站长/);
  await console.look("trust-contact-views");
  await console.close();
});

/** An administrator of the township in which the first code hangs, besides the one of the county. */
const STREET = { username: "street.001", name: "潘晓蕾" };
const GONE = "（内容已应本人要求删除）";

/** A resident who leaves a phone number. */
const written = (page: Page, text: string, phone: string) => submit(page, text, { contact: { name: "王阿姨", phone } });

/** Looks a person up by phone. */
async function lookUp(console: Console, phone: string): Promise<Page> {
  const page = await console.open("/trust/personal-data");
  await page.getByLabel("电话", { exact: true }).fill(phone);
  await page.getByRole("button", { name: "查找" }).click();
  await console.settled();
  return page;
}
const NOTHING = "在您的范围内，没有留这个电话的民意。";

test("a person's data is deleted by two administrators, with proof and log", async ({ browser, page: resident }) => {
  test.setTimeout(360_000);
  const phone = `139${String(Date.now()).slice(-8)}`;
  const text = "我家门口的下水道堵了，味道很大。";
  const { number, token } = await written(resident, text, phone);

  // What is closed is deleted at once: the station answers, the resident rates.
  const station = await Console.of(browser, stack().station);
  await station.open(`/desk/ledger?q=${number}`);
  await station.page.getByRole("link", { name: number }).click();
  // Its keys come with the case.
  await expect(station.page.getByRole("heading", { name: `民意 ${number}` })).toBeVisible();
  await station.settled();
  await station.page.keyboard.press("a");
  await station.page.getByRole("dialog").getByRole("button", { name: "受理" }).click();
  await station.stands("已受理，办理中");
  await station.page.keyboard.press("r");
  await station.page.getByLabel("答复内容").fill("下水道今天疏通了，井盖也换了新的。");
  await station.page.keyboard.press("Control+Enter");
  await station.stands("已答复，待评价");
  await station.close();
  const rated = await resident.request.post(`${stack().base_url}/api/v1/receipts/${token}/rating`, {
    data: { solved: true, satisfaction: "satisfied" },
  });
  expect(rated.ok()).toBe(true);

  // The first administrator finds the person, and asks for the deletion with proof of who asked.
  const first = await Console.of(browser, STREET.username);
  const asking = await lookUp(first, phone);
  await expect(asking.getByText(number)).toBeVisible();
  await asking.getByLabel("本人要求").selectOption("erase");
  await asking.getByLabel("怎样核对的身份").fill("本人到站，核对了身份证，要求删除。");
  await asking.getByRole("button", { name: "提出请求" }).click();
  await expect(asking.getByText("您提出的请求要由另一个人复核。")).toBeVisible();
  await expect(asking.getByRole("button", { name: "同意并办理" })).toHaveCount(0);
  const heading = asking.getByRole("heading", { level: 1 });
  await expect(heading).toHaveText(/^GR\d{8}-[0-9A-F]{6}$/);
  const request = ((await heading.textContent()) ?? "").trim();

  // The second one decides, and it is done at once.
  const second = await Console.of(browser, stack().console.username);
  const deciding = await second.open("/trust/personal-data");
  const row = deciding.getByRole("row", { name: request });
  await expect(row).toContainText("等待复核");
  await expect(row).toContainText(STREET.name);
  await row.getByRole("link").click();
  await expect(deciding.getByRole("heading", { name: request })).toBeVisible();
  await second.settled();
  await second.look("trust-data-request-to-decide");
  await deciding.getByLabel("复核意见（会告诉本人）").fill("身份已经核对，同意删除。");
  await deciding.getByRole("button", { name: "同意并办理" }).click();
  await expect(deciding.locator("dt", { hasText: "删除个人信息" }).locator("+ dd")).toHaveText("1 件");
  await expect(deciding.locator("dt", { hasText: "结果" }).locator("+ dd")).toHaveText("已办理");
  await expect(deciding.getByRole("button", { name: "同意并办理" })).toHaveCount(0);
  await expect(deciding.getByRole("button", { name: "打印凭证" })).toBeVisible();
  await second.look("trust-data-request-decided");

  // It is gone: by the phone, and in the matter itself.
  await expect((await lookUp(first, phone)).getByText(NOTHING)).toBeVisible();
  await first.close();
  await second.open(`/desk/ledger?q=${number}`);
  await expect(deciding.getByText(GONE)).toBeVisible();
  await expect(deciding.getByText(text)).toHaveCount(0);
  await second.close();

  // Both steps stand in the log, without the phone.
  const auditor = await Console.of(browser, "auditor");
  const log = await auditor.open(`/trust/audit?object_id=${request}`);
  await expect(log.locator("tbody tr")).toHaveCount(2);
  await expect(log.locator("tbody tr").nth(0)).toContainText("决定个人信息请求");
  await expect(log.locator("tbody tr").nth(1)).toContainText("提出个人信息请求");
  await expect(log.locator("tbody tr").nth(1)).toContainText(STREET.name);
  await expect(log.getByText(phone)).toHaveCount(0);
  await auditor.look("trust-data-request-log");
  await auditor.close();
});

test("what the second administrator refuses stays as it was, and says why", async ({ browser, page: resident }) => {
  const phone = `138${String(Date.now()).slice(-8)}`;
  const { number } = await written(resident, "小区健身器材坏了一台，老人用着不放心。", phone);
  const first = await Console.of(browser, STREET.username);
  const asking = await lookUp(first, phone);
  await asking.getByLabel("本人要求").selectOption("freeze");
  await asking.getByLabel("怎样核对的身份").fill("本人打电话来，没有核对证件。");
  await asking.getByRole("button", { name: "提出请求" }).click();
  await expect(asking.getByText("您提出的请求要由另一个人复核。")).toBeVisible();
  const { pathname } = new URL(asking.url());

  const second = await Console.of(browser, stack().console.username);
  const deciding = await second.open(pathname.replace("/console", ""));
  await deciding.getByLabel("复核意见（会告诉本人）").fill("没有核对身份，请带证件再来。");
  await deciding.getByRole("button", { name: "不同意", exact: true }).click();
  await expect(deciding.locator("dt", { hasText: "结果" }).locator("+ dd")).toHaveText("没有同意");
  await expect(deciding.getByText("没有核对身份，请带证件再来。")).toBeVisible();
  await second.glance("trust-data-request-refused");
  await second.close();
  const found = await lookUp(first, phone);
  await expect(found.getByText(number)).toBeVisible();
  await expect(found.getByText("已停止处理")).toHaveCount(0);
  await first.close();
});

test("a phone that nobody left finds nothing", async ({ browser }) => {
  const console = await Console.of(browser, stack().console.username);
  const page = await console.open("/trust/personal-data");
  await console.look("trust-personal-data");
  await page.getByLabel("电话").fill("13999999999");
  await page.getByRole("button", { name: "查找" }).click();
  await expect(page.getByText("没有留这个电话的民意")).toBeVisible();
  await console.check();
  await console.close();
});

test("a person gets a copy to read, and a wrong phone is corrected by another administrator", async ({ browser, page }) => {
  const [phone, right] = ["13900002468", "13900001357"];
  const { number } = await written(page, "三单元的门禁坏了，晚上关不上。", phone);
  const console = await Console.of(browser, stack().console.username);
  const own = await console.open("/trust/personal-data");
  await own.getByLabel("电话", { exact: true }).fill(phone);
  await own.getByRole("button", { name: "查找" }).click();
  for (const kind of ["PDF", "XLSX"]) {
    const download = own.waitForEvent("download");
    await own.getByRole("button", { name: kind, exact: true }).click();
    expect((await download).suggestedFilename()).toBe(`geren-xinxi.${kind.toLowerCase()}`);
  }
  await own.getByLabel("本人要求").selectOption("correct");
  await own.getByLabel("正确的姓名").fill("王秀英");
  await own.getByLabel("正确的电话").fill(right);
  await own.getByLabel("怎样核对的身份").fill("本人到站，核对了身份证。");
  await console.look("trust-personal-data-found");
  await own.getByRole("button", { name: "提出请求" }).click();
  await expect(own.getByText("139****1357")).toBeVisible();
  await expect(own.getByText("要由另一个人复核")).toBeVisible();
  await console.look("trust-data-request");
  const { pathname } = new URL(own.url());

  const other = await Console.of(browser, STREET.username);
  const deciding = await other.open(pathname.replace("/console", ""));
  await deciding.getByLabel("复核意见（会告诉本人）").fill("身份已经核对，同意更正。");
  await deciding.getByRole("button", { name: "同意并办理" }).click();
  const corrected = deciding.locator("dt", { hasText: "更正联系方式" }).locator("+ dd");
  await expect(corrected).toHaveText(/^\d+ 件$/);
  expect(parseInt(await corrected.innerText(), 10)).toBeGreaterThan(0);
  await other.close();
  await expect((await lookUp(console, phone)).getByText(NOTHING)).toBeVisible();
  await expect((await lookUp(console, right)).getByText(number)).toBeVisible();
  await console.close();
});

test("periods are set, and what is due is shown to those whose cases it is", async ({ browser }) => {
  const console = await Console.of(browser, "system");
  const page = await console.open("/trust/retention");
  await console.look("trust-retention");
  await page.getByLabel("办结民意的姓名和电话保存多少个月").fill("3");
  await page.getByRole("button", { name: "保存办结民意的姓名和电话的期限" }).click();
  await expect(page.getByText("从下一次清理起生效")).toBeVisible();
  await console.settled();
  await console.look("trust-retention-set");
  await console.close();

  const county = await Console.of(browser, stack().console.username);
  await county.open("/trust/retention/due");
  await expect(county.page.getByText("这一类现在没有到期的民意。")).toBeVisible();
  await county.look("trust-retention-due-empty");
  // Nothing of the demonstration is old enough.
  const due = { id: crypto.randomUUID(), number: "20230110-ACDE347", region_name: "杏林社区", closed_at: "2023-02-01T02:00:00Z" };
  await county.page.route(/\/api\/v1\/retention\/due\/submissions/, (route) => route.fulfill({ json: { items: [due], next_cursor: null } }));
  await county.open("/trust/retention/due?class=photos");
  await expect(county.page.getByRole("row", { name: due.number })).toContainText("杏林社区2023-02-01");
  await expect(county.page.getByRole("link", { name: due.number })).toHaveAttribute("href", `/console/desk/cases/${due.id}`);
  await county.look("trust-retention-due-list");
  await county.open("/trust/retention");
  await county.look("trust-retention-county");
  await county.close();
});

/**
 * The words by which similar matters are found are the one class of which the demonstration has something old enough: it
 * begins more than thirty days ago, and thirty days is the shortest period.
 */
test("a run removes what was seen to be due, after asking once more, and says what it did", async ({ browser }) => {
  const CLASS = "查找相似民意用的词";
  const console = await Console.of(browser, "system");
  const page = await console.open("/trust/retention");
  await page.getByLabel(`${CLASS}保存多少日`).fill("30");
  await page.getByRole("button", { name: `保存${CLASS}的期限` }).click();
  await expect(page.getByText(`“${CLASS}”已保存，从下一次清理起生效。`)).toBeVisible();
  await console.settled();

  const due = page.getByRole("region", { name: "到期的数据" });
  const cell = due.getByRole("row", { name: CLASS }).locator("td.number");
  await expect(cell).toHaveText(/^[1-9]\d*$/);
  const found = Number(await cell.innerText());
  const tick = due.getByLabel(`清理${CLASS}`);
  await tick.check();
  await console.look("trust-retention-due");
  await page.getByRole("button", { name: "清理选中的数据" }).click();
  const question = page.getByRole("dialog");
  await expect(question).toContainText(`要清理 1 类、${found} 条数据。清理以后找不回来。`);
  await console.check();
  await question.getByRole("button", { name: "不做了" }).click();
  await expect(question).toBeHidden();
  await expect(tick).toBeEnabled();
  await page.getByRole("button", { name: "清理选中的数据" }).click();
  await question.getByRole("button", { name: "确定清理选中的数据" }).click();
  await expect(page.getByText(`全部完成，共 ${found} 项。`)).toBeVisible({ timeout: 120_000 });
  await expect(tick.and(page.locator(":enabled"))).toHaveCount(0);
  await console.settled();
  await console.look("trust-retention-ended");

  // The day's own run may come between.
  const last = page.getByRole("region", { name: "清理记录" }).locator("tbody tr").filter({ hasText: "陶云飞" }).first();
  await expect(last).toContainText(`陶云飞已完成${found}${found}`);
  await last.getByRole("link").click();
  await expect(page).toHaveURL(/\/trust\/retention\/runs\//);
  await console.settled();
  await expect(page.getByRole("row", { name: CLASS })).toContainText(`${found}${found}做完了`);
  await console.look("trust-retention-run");
  await console.close();

  const auditor = await Console.of(browser, "auditor");
  await auditor.open("/trust/audit?action=retention_ended");
  await expect(auditor.page.locator("tbody tr").filter({ hasText: CLASS }).first()).toContainText(`清理 ${CLASS} ${found}`);
  await auditor.close();
});
