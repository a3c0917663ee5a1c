import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import type { Browser } from "@playwright/test";
import { stack } from "./stack";
import { leave } from "./watch";

/** What a camera sees, in pixels: what browsers ask for if nothing else is wished. */
const SEEN = { width: 640, height: 480 };

/** Makes a film, of one picture, of the printed sheet of a code being held to a camera. */
export async function film(browser: Browser, token: string, path: string): Promise<void> {
  const context = await browser.newContext({ viewport: SEEN, deviceScaleFactor: 1, isMobile: false, hasTouch: false });
  const page = await context.newPage();
  const sheet = `${path}.pdf`;
  writeFileSync(sheet, await (await page.request.get(`${stack().base_url}/api/v1/codes/${token}/poster.pdf`)).body());
  const printed = execFileSync("pdftoppm", ["-png", "-r", "150", "-f", "1", "-l", "1", sheet], { maxBuffer: 1 << 28 }).toString("base64");
  await page.setContent(
    `<body style="margin: 0; background: #556"><img style="display: block; height: ${SEEN.height}px; margin: 0 auto" src="data:image/png;base64,${printed}" alt=""></body>`,
  );
  await page.locator("img").evaluate((image: HTMLImageElement) => image.decode());
  // A film of this kind is nothing but its pictures one after the other.
  writeFileSync(path, await page.screenshot({ type: "jpeg", quality: 95 }));
  await leave(context);
}

/** What makes Chromium play such a film as its camera, and ask nobody whether it may. */
export const withCamera = (path: string): string[] => [
  "--use-fake-device-for-media-stream",
  "--use-fake-ui-for-media-stream",
  `--use-file-for-fake-video-capture=${path}`,
];
