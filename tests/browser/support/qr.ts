import { execFileSync, spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import type { Locator } from "@playwright/test";
import type jsQR from "jsqr";

const decoder = createRequire(import.meta.url).resolve("jsqr");

/** What a code holds, read from its picture as a camera would see it, once it is drawn. */
export async function readCode(code: Locator): Promise<string> {
  await code.evaluate((image) => (image instanceof HTMLImageElement ? image.decode() : undefined));
  const picture = (await code.screenshot()).toString("base64");
  const blank = await code.page().context().newPage();
  await blank.addScriptTag({ path: decoder });
  const read = await blank.evaluate(async (base64) => {
    const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${base64}`)).blob());
    const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
    context?.drawImage(image, 0, 0);
    const pixels = context?.getImageData(0, 0, image.width, image.height);
    const decode = (window as unknown as { jsQR: typeof jsQR }).jsQR;
    return pixels ? decode(pixels.data, image.width, image.height)?.data : undefined;
  }, picture);
  await blank.close();
  if (!read) throw new Error("no code can be read in the picture");
  return read;
}

/** What the codes on a page of a PDF say, by poppler and zbar, which passes over one in a hundred: another one at each size. */
export function codesOn(pdf: string, page: number): string[] {
  const said = [100, 150, 200].flatMap((dots) => {
    const at = ["-png", "-gray", "-r", String(dots), "-f", String(page), "-l", String(page), pdf];
    const input = execFileSync("pdftoppm", at, { maxBuffer: 1 << 28 });
    const read = spawnSync("zbarimg", ["--raw", "--quiet", "-Sdisable", "-Sqrcode.enable", "-"], { input });
    return read.stdout.toString().split("\n").filter(Boolean);
  });
  return [...new Set(said)];
}
