import { expect, test } from "@playwright/test";
import { Console } from "../support/console";
import { Phone, SMALL } from "../support/deputy";
import { readCode } from "../support/qr";
import { submit } from "../support/resident";
import { stack } from "../support/stack";
import { barriers, leave } from "../support/watch";

test("a deputy binds the service account from the H5, and is led back", async ({ page, browser }) => {
  const sent = await submit(page, `浏览器测试 ${Date.now()}：绑定服务号。`);
  const phone = await Phone.of(browser, { ...SMALL, userAgent: "Mozilla/5.0 MicroMessenger/8.0.50" });
  await phone.openCase(sent);
  await phone.page.goto(`${stack().base_url}/deputy/#/mine/settings/index`);
  await phone.tap("button", /绑定服务号|换一个微信/);
  await phone.page.getByRole("link", { name: `${stack().deputy.name}，先关注服务号` }).click();
  await expect(phone.page.getByRole("heading", { name: "绑定服务号" })).toBeVisible();
  await expect(phone.page.getByText("把现在这个微信绑定到账号")).toBeVisible();
  expect(await barriers(phone.page)).toEqual([]);
  await phone.page.getByRole("button", { name: /确认绑定|仍然绑定/ }).click();
  await expect(phone.page.getByRole("heading", { name: "绑定好了" })).toBeVisible();
  await phone.page.getByRole("link", { name: "回到民意码" }).click();
  await expect(phone.page.getByText("服务号：已绑定")).toBeVisible();
  await phone.tap("button", "解绑服务号");
  await phone.page.getByRole("dialog").getByRole("button", { name: "解绑", exact: true }).click();
  await expect(phone.page.getByText("服务号：没有绑定")).toBeVisible();
  expect(phone.faults()).toEqual([]);
  await phone.close();
});

test("an administrator binds by scanning, and the test message arrives", async ({ browser }) => {
  const admin = await Console.of(browser, stack().console.username);
  await admin.open("/trust/own");
  await admin.page.getByRole("button", { name: "绑定服务号" }).click();
  const answer = admin.page.getByRole("img", { name: "绑定服务号的二维码" });
  await expect(answer).toBeVisible();
  await admin.check();
  // The phone that scans is not signed in.
  const scanner = await (await browser.newContext()).newPage();
  await scanner.goto(await readCode(answer));
  await scanner.getByRole("link", { name: /，先关注服务号$/ }).first().click();
  await scanner.getByRole("button", { name: "确认绑定" }).click();
  await expect(scanner.getByRole("heading", { name: "绑定好了" })).toBeVisible();
  await leave(scanner.context());
  await expect(admin.page.getByText("已经绑定，提醒会发到您的微信。")).toBeVisible();
  await admin.open("/places/setup");
  await admin.page.getByRole("button", { name: "给我发一条测试消息" }).click();
  await expect(admin.page.getByText("微信已经收下，请看您的微信。")).toBeVisible();
  await admin.close();
});

test("a station's group gets a robot, which says something when tried", async ({ browser }) => {
  const admin = await Console.of(browser, stack().console.username);
  await admin.open("/places/sites");
  await admin.page.getByRole("button", { name: /的群机器人$/ }).first().click();
  const dialog = admin.page.getByRole("dialog", { name: /钉钉群机器人/ });
  await dialog.getByLabel(/Webhook 地址/).fill("https://oapi.dingtalk.com/robot/send?access_token=simulatorRobotToken0000000000000000000000000000000000000000000001");
  await dialog.getByLabel("加签密钥").fill("SECsimulator00000000000000000000000000000000000000000000000000001");
  await dialog.getByRole("button", { name: "保存" }).click();
  await dialog.getByRole("button", { name: "试发一条" }).click();
  await expect(dialog.getByText("钉钉已经收下，请看群里。")).toBeVisible();
  await admin.check();
  await dialog.getByRole("button", { name: "撤下机器人" }).click();
  await expect(dialog.getByText(/还没有机器人/)).toBeVisible();
  await admin.close();
});
