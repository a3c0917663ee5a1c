import { expect, test } from "@playwright/test";
import { Console } from "../support/console";
import { stack } from "../support/stack";

test("who is not signed in signs in and comes to where he wanted to be", async ({ browser }) => {
  const console = await Console.of(browser, stack().station);
  const page = await console.open("/");
  await page.getByRole("button", { name: "退出" }).click();
  await expect(page.getByLabel("账号")).toBeVisible();
  await page.goto(`${stack().base_url}/console/desk/ledger?state=registered`);
  await expect(page).toHaveURL(/\/console\/login\?next=/);
  await console.signIn(stack().station);
  await expect(page).toHaveURL(/\/console\/desk\/ledger\?state=registered$/);
  await console.close();
});

test("a session that ended elsewhere leads to the login and back", async ({ browser }) => {
  const console = await Console.of(browser, stack().station);
  const { page } = console;
  // A hint at this moment would find the session over before the search does.
  await page.route("**/api/v1/me/events", (route) => route.fulfill({ status: 204 }));
  await console.open("/desk/ledger");
  await page.context().clearCookies();
  // What is typed is searched for by itself.
  await page.getByLabel("编号").fill("2026");
  await expect(page.getByText("登录已经过期")).toBeVisible();
  await console.signIn(stack().station);
  await expect(page).toHaveURL(/\/console\/desk\/ledger\?q=2026$/);
  await console.close();
});

test("a wrong password is answered in words", async ({ page }) => {
  await page.goto(`${stack().base_url}/console/login`);
  await page.getByLabel("账号").fill("nobody");
  await page.getByLabel("密码").fill("wrong");
  await page.getByRole("button", { name: "登录" }).click();
  await expect(page.getByRole("alert")).toBeVisible();
});

test("the frame is usable on both screens, light and dark; what is not allowed or not there says so", async ({ browser }) => {
  const console = await Console.of(browser, stack().office);
  await console.open("/no/such/page");
  await console.look("missing");
  await console.open("/forbidden?page=台账");
  await console.look("forbidden");
  await console.page.setViewportSize({ width: 768, height: 1024 });
  await console.page.getByRole("button", { name: "菜单" }).click();
  await expect(console.page.getByRole("navigation", { name: "主菜单" })).toBeVisible();
  await console.check();
  await console.close();
});

test("who asks the system for less motion gets none", async ({ browser }) => {
  const console = await Console.of(browser, stack().console.username, { reducedMotion: "reduce" });
  const page = await console.open("/places/deputies");
  const long = await page.getByRole("button", { name: "增加代表" }).evaluate(async (button: HTMLElement) => {
    button.click();
    // What was put into the page just now begins to move with the frame after the next.
    for (let frames = 0; frames < 2; frames += 1) await new Promise((resolve) => requestAnimationFrame(resolve));
    const milliseconds = document.getAnimations().map(({ effect }) => Number(effect?.getComputedTiming().endTime));
    return milliseconds.filter((moving) => moving > 1);
  });
  expect(long).toEqual([]);
  await expect(page.getByRole("dialog")).toBeVisible();
  await console.close();
});
