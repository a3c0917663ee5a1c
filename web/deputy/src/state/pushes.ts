import { hasPushes } from "../platform/wechat";

/** Asks for more pushes when they run low; the ledger follows with the first page. */
export function offerPushes(): void {
  if (!hasPushes) return;
}
