import { expect, test } from "@playwright/test";
import { allowPushes, asStation, Phone, SENT, SMALL } from "../support/deputy";
import { submit } from "../support/resident";
import { stack } from "../support/stack";
import { barriers } from "../support/watch";

interface Deed {
  /** As the case offers it. */
  name: string;
  /** What is chosen in its form. */
  choose?: RegExp;
  field: string;
  /** What stands in the field before anything is written. */
  stands: RegExp;
  send: string;
  /** Of the submission afterwards. */
  state: string;
  /** Whoever gave it away reads it no longer. */
  gone?: boolean;
}

const DEEDS: Deed[] = [
  { name: "请居民补充", field: "想问什么", stands: /^$/, send: "发给居民", state: "awaiting_resident" },
  { name: "交办部门", choose: /综合行政执法队/, field: "请部门办什么", stands: /请到现场看一看/, send: "交办", state: "handed_over" },
  { name: "不予受理并告知", choose: /不属于国家机关职责范围/, field: "告诉居民", stands: /人民调解/, send: "告知居民", state: "declined" },
  { name: "转给别人", choose: /./, field: "为什么转", stands: /^$/, send: "转办", state: "registered", gone: true },
];

// No press is followed by WeChat's question, however many messages came before.
test.beforeEach(({ page }) => allowPushes(page));

for (const { name, choose, field, stands, send, state, gone } of DEEDS) {
  test(`${name}: from the case through its form to the server`, async ({ page, browser }) => {
    const mark = `${Date.now()}${Math.floor(Math.random() * 1000)}`;
    const sent = await submit(page, `浏览器测试 ${mark}：河边的栏杆锈了。`);
    const phone = await Phone.of(browser, SMALL);
    await phone.openCase(sent);
    const id = phone.caseId;
    await phone.act(name);
    if (choose) await phone.tap("radio", choose);
    const box = phone.page.getByRole("textbox", { name: field });
    await expect(box).toHaveValue(stands);
    const words = `${name}，第 ${mark} 次试写。`;
    await box.fill(words);
    expect(await barriers(phone.page)).toEqual([]);
    await phone.tap("button", send);
    await expect(phone.page.getByText(/秒后发出/)).toBeVisible();
    await phone.stepOver();

    // The station reads what became of it, and what was written.
    const headers = await asStation(page.request);
    const matter = async () => {
      const answer = await page.request.get(`${stack().base_url}/api/v1/submissions/${id}`, { headers });
      const read = (await answer.json()) as { state: string };
      return { state: read.state, written: JSON.stringify(read).includes(words) };
    };
    await expect.poll(matter, SENT).toEqual({ state, written: true });
    await expect(phone.page.getByRole("region", { name: "待发内容" })).toHaveCount(0, SENT);
    await phone.idle();
    expect(phone.faults().filter((fault) => !(gone && /^404 .*\/submissions\//.test(fault)))).toEqual([]);
    await phone.close();
  });
}
