import { expect, test } from "@playwright/test";
import { Console, pick } from "../support/console";
import { book } from "../support/county";
import { bringIn } from "../support/setup";
import { stack } from "../support/stack";

test("a workbook with mistakes is corrected and goes in whole; what came in is found while typing", async ({ browser }) => {
  const console = await Console.of(browser, stack().console.username);
  const page = await console.open("/places/import?kind=regions");
  await page.getByLabel("填好的文件").setInputFiles(book([["区划代码*", "名称*"], ["99900", "错的"], ["999001077", ""]]));
  await page.getByRole("button", { name: "检查" }).click();
  await expect(page.getByRole("heading", { name: /2 处需要修改/ })).toBeVisible();
  await expect(page.getByRole("cell", { name: "名称", exact: true })).toBeVisible();
  await console.check();

  await page.getByLabel("填好的文件").setInputFiles(book([["区划代码*", "名称*"], ["999001077", "柳林乡"], ["999001077201", "河西村"]]));
  // A look that takes long can be given up, and begun again.
  await page.route(/\/places\/imports\/regions/, () => undefined, { times: 1 });
  await page.getByRole("button", { name: "检查" }).click();
  await expect(page.getByRole("progressbar", { name: "正在检查" })).toBeVisible();
  await console.checkAsItIs();
  await page.getByRole("button", { name: "取消" }).click();
  await expect(page.getByRole("progressbar")).toHaveCount(0);
  await expect(page.getByRole("alert")).toHaveCount(0);
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
  await pick(page, "由哪里联系");
  await form.getByLabel("任期开始").fill("2026-01-01");
  await console.check();
  await form.getByRole("button", { name: "保存" }).click();
  await expect(form).toBeHidden();
  await page.getByLabel("查找姓名").pressSequentially("柳青");
  // A filter is called so too.
  await expect(page.getByRole("row", { name: "柳青青" })).toContainText("还没有进站");
  await console.settled();
  await page.getByRole("button", { name: "修改柳青青" }).click();
  await form.getByLabel("任期结束").fill("2025-01-01");
  await form.getByRole("button", { name: "保存" }).click();
  await expect(form.getByText("失效日期要晚于开始日期。").first()).toBeVisible();
  await console.close(422);
});

test("a boundary is imported, another one drawn with the mouse; both are seen again and say who is responsible", async ({ browser }) => {
  test.slow();
  const console = await Console.of(browser, stack().console.username);
  const page = await console.open("/places/map");
  const answer = await page.request.get(`${stack().base_url}/api/v1/places/grids?limit=100`);
  const { items } = (await answer.json()) as { items: { code: string; name: string; lead: string | null }[] };
  const [one, other] = items.filter(({ lead }) => lead);
  if (!one || !other) throw new Error("the demonstration has no two grids with a responsible deputy");

  const square = [[116, 40], [116.01, 40], [116.01, 40.01], [116, 40.01], [116, 40]];
  const choose = (code: string) => {
    const feature = { type: "Feature", properties: { code }, geometry: { type: "Polygon", coordinates: [square] } };
    const buffer = Buffer.from(JSON.stringify({ type: "FeatureCollection", features: [feature] }));
    return page.getByLabel(/导入 GeoJSON/).setInputFiles({ name: "bianjie.geojson", mimeType: "application/geo+json", buffer });
  };
  const take = page.getByRole("button", { name: "导入", exact: true });
  await choose("000000000000000");
  await expect(page.getByText(/没有编码 000000000000000 的网格/)).toBeVisible();
  await expect(take).toBeDisabled();
  await choose(one.code);
  await expect(page.getByText(/没有错误，可以导入：增加 1 个/)).toBeVisible();
  await take.click();
  await expect(page.getByText(/已经保存：增加 1 个/)).toBeVisible();

  const county = one.code.slice(0, 6);
  const shapes = page.locator(".map-frame path.leaflet-interactive");
  const show = async () => {
    await pick(page, "看哪个区划", county);
    await page.getByRole("button", { name: "显示边界" }).click();
  };
  await show();
  await expect(shapes).toHaveCount(1);

  await pick(page, "画哪个网格", other.code);
  const frame = page.locator(".map-frame");
  // Beside the one in the middle.
  for (const [index, [x, y]] of ([[80, 120], [280, 120], [180, 380]] as const).entries()) {
    await frame.click({ position: { x, y } });
    await expect(page.getByText(`已经点了 ${index + 1} 个。`)).toBeVisible();
  }
  await console.look("places-map-drawing");
  await page.getByRole("button", { name: "保存边界" }).click();
  await expect(page.getByText("已经点了 0 个。")).toBeVisible();
  await expect(page.getByText(/已经保存：增加 1 个/)).toBeVisible();

  // The division stands in the address.
  await expect(page).toHaveURL(new RegExp(`region=${county}`));
  await page.reload();
  await console.settled();
  await expect(shapes).toHaveCount(2);
  await expect(page.getByRole("link", { name: "导出 GeoJSON（2 个）" })).toBeVisible();
  // They stand in the order of their codes.
  await shapes.nth(1).click();
  const card = page.getByRole("status", { name: "这个网格的代表" });
  await expect(card).toContainText(other.name);
  await expect(card).toContainText(other.lead ?? "");
  await page.getByText("看列表（2）").click();
  await page.getByRole("button", { name: `${one.name} ${one.code}` }).click();
  await expect(card).toContainText(one.name);
  await expect(card).toContainText(one.lead ?? "");
  await console.look("places-map-deputies");
  await console.close();
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
  await bringIn(console, "regions", [["区划代码*", "名称*"], [township, "青石乡"]]);
  await bringIn(console, "deputies", [headings, person(staying), person(leaving)]);

  const page = await console.open("/places/term");
  await page.getByLabel("哪一级代表").selectOption("township");
  await pick(page, "哪个区划联系的", township);
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
  await expect(form.getByText("还没有照片。")).toBeVisible();
  // It says so before it knows, and a file that is given to a closed field is lost.
  await expect(form.getByLabel("上传照片")).toBeEnabled();
  const buffer = await page.screenshot({ type: "jpeg" });
  await form.getByLabel("上传照片").setInputFiles({ name: "照片.jpg", mimeType: "image/jpeg", buffer });
  const photo = form.getByAltText("代表照片");
  await expect.poll(() => photo.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);
  await console.glance("places-deputy-terms");
  await form.getByRole("button", { name: "删除照片" }).click();
  await expect(form.getByText("还没有照片。")).toBeVisible();
  await expect(photo).toHaveCount(0);

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
  await expect(page.getByText("没有符合条件的内容。")).toBeVisible();
  release();
  await console.settled();
  await expect(page.getByText("没有符合条件的内容。")).toBeVisible();
  await expect(field).toHaveValue("不会有这样的 ");
  await console.close();
});
