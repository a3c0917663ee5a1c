import { existsSync } from "node:fs";
import { defineConfig, devices } from "@playwright/test";

/** The system's own browser: nothing is downloaded. */
const chromium = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);

/** `cargo dev test` counts from this report. */
const report = process.env.MINYI_BROWSER_REPORT;

/** The console's tests but the pictures, which take about as long as all the others. */
const SECOND = /console-(?!pictures)[\w-]+\.spec\.ts$/;

export default defineConfig({
  testDir: "specs",
  globalSetup: "./support/product.ts",
  outputDir: "test-results",
  reporter: report ? [["list"], ["json", { outputFile: report }]] : [["list"]],
  forbidOnly: true,
  // Two halves side by side, because much of a test is waiting. Each has a product of its own: neither sees what the other
  // does, and within a half one test comes after the other. The mini-program is built for the product of the first half.
  workers: process.env.MINYI_BROWSER_STACK ? 1 : 2,
  projects: [
    { name: "first", testIgnore: SECOND, workers: 1 },
    { name: "second", testMatch: SECOND, workers: 1 },
  ],
  // A limit is no measurement: it only ends what hangs, and leaves a busy machine several times what is usual.
  timeout: 180_000,
  expect: { timeout: 30_000 },
  use: {
    ...devices["Pixel 5"],
    locale: "zh-CN",
    timezoneId: "Asia/Shanghai",
    screenshot: "only-on-failure",
    // What moves is clicked again and again, and scrolled about meanwhile, until it stands; that took part in tests that fail
    // once in hundreds.
    contextOptions: { reducedMotion: "reduce" },
    launchOptions: {
      executablePath: chromium,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
});
