/** A second factor, a new account and the audit that shows it, as three people go through the console. */
import { expect, test } from "@playwright/test";
import { Console } from "../support/console";
import { stack } from "../support/stack";
import { totp } from "../support/totp";

const PASSWORD = "杏林路3号的Deng";

test("a second factor is bound, and the next login asks for its code", async ({ browser }) => {
  const console = await Console.of(browser, "security");
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
  const recovery = await page.locator(".codes li").first().innerText();
  await page.getByRole("button", { name: "退出" }).click();

  await page.getByLabel("账号").fill("security");
  await page.getByLabel("密码").fill(stack().console.password);
  await page.getByRole("button", { name: "登录" }).click();
  await expect(page.getByRole("heading", { name: "输入动态验证码" })).toBeVisible();
  await console.look("trust-second-step");
  const code = page.getByLabel("手机上动态口令应用显示的 6 位数字");
  await code.fill(totp(secret, 1));
  await page.getByRole("button", { name: "继续" }).click();
  await expect(page.getByRole("button", { name: "退出" })).toBeVisible();

  await console.open("/trust/accounts/new");
  await page.getByLabel("用户名").fill("second.auditor");
  await page.getByLabel("姓名").fill("孙明察");
  await page.getByLabel("角色").selectOption("auditor");
  await console.look("trust-account-new");
  await page.getByRole("button", { name: "建立账号" }).click();
  await expect(page.getByText("账号建好了")).toBeVisible();
  const link = new URL(await page.locator("code.link").innerText());
  await console.open("/trust/accounts");
  await expect(page.getByRole("link", { name: "孙明察" })).toBeVisible();
  await console.look("trust-accounts");
  await page.getByRole("link", { name: "孙明察" }).click();
  await console.settled();
  await console.look("trust-account");
  await console.open("/trust/login-policy");
  await console.look("trust-login-policy");

  const other = await (await browser.newContext({ bypassCSP: true })).newPage();
  await other.goto(`${stack().base_url}${link.pathname}${link.hash}`);
  await other.getByRole("button", { name: "开始设置" }).click();
  await other.getByLabel("新密码", { exact: true }).fill(PASSWORD);
  await expect(other.getByLabel("现在的密码")).toHaveCount(0);
  await other.getByLabel("再输一遍新密码").fill(PASSWORD);
  await other.getByRole("button", { name: "保存新密码" }).click();
  await expect(other.getByRole("button", { name: "退出" })).toBeVisible();
  await other.context().close();
  // The next run of this test begins without one.
  expect(recovery).toMatch(/^\w{4}-\w{4}-\w{4}$/);
  await console.close();
});

test("the auditor finds what was done, and takes it out as a file", async ({ browser }) => {
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
  await console.look("trust-contact-views");
  await console.close();
});

test("a personal-information request is asked for by one and decided by another", async ({ browser }) => {
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
  const phone = "13900002468";
  const { base_url, codes } = stack();
  const sent = await page.request.post(`${base_url}/api/v1/codes/${codes[0]}/submissions`, {
    headers: { "idempotency-key": crypto.randomUUID() },
    data: { kind: "problem", text: "三单元的门禁坏了，晚上关不上。", contact: { name: "王阿姨", phone } },
  });
  expect(sent.status()).toBe(201);
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
  await own.getByLabel("正确的电话").fill("13900001357");
  await own.getByLabel("怎样核对的身份").fill("本人到站，核对了身份证。");
  await console.look("trust-personal-data-found");
  await own.getByRole("button", { name: "提出请求" }).click();
  await expect(own.getByText("139****1357")).toBeVisible();
  await expect(own.getByText("要由另一个人复核")).toBeVisible();
  await console.look("trust-data-request");
  await console.close();
});

test("periods are set, and what is due is shown to those whose cases it is", async ({ browser }) => {
  test.setTimeout(120_000);
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
  await county.open("/trust/retention/due?class=photos");
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
  test.setTimeout(120_000);
  const CLASS = "查找相似民意用的词";
  const console = await Console.of(browser, "system");
  const page = await console.open("/trust/retention");
  await page.getByLabel(`${CLASS}保存多少日`).fill("30");
  await page.getByRole("button", { name: `保存${CLASS}的期限` }).click();
  await expect(page.getByText(`“${CLASS}”已保存，从下一次清理起生效。`)).toBeVisible();
  await console.settled();

  const due = page.getByRole("region", { name: "到期的数据" });
  const found = Number(await due.getByRole("row", { name: CLASS }).locator("td.number").innerText());
  expect(found).toBeGreaterThan(0);
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
  await expect(page.getByText(`全部完成，共 ${found} 项。`)).toBeVisible({ timeout: 30_000 });
  await expect(tick.and(page.locator(":enabled"))).toHaveCount(0);
  await console.settled();
  await console.look("trust-retention-ended");

  const last = page.getByRole("region", { name: "清理记录" }).locator("tbody tr").first();
  await expect(last).toContainText(`陶云飞已完成${found}${found}`);
  await last.getByRole("link").click();
  await console.settled();
  await expect(page.getByRole("row", { name: CLASS })).toContainText(`${found}${found}做完了`);
  await console.look("trust-retention-run");
  await console.close();

  const auditor = await Console.of(browser, "auditor");
  await auditor.open("/trust/audit?action=retention_ended");
  await expect(auditor.page.locator("tbody tr").first()).toContainText(`清理 ${CLASS} ${found}`);
  await auditor.close();
});
