/** All rows of a table, page by page, and what stands in their cells. */
import { ApiProblem } from "../api/problem";
import type { Filters } from "./address";
import type { Column, TableProps } from "./table";

/** What the server takes in one workbook. */
export const MOST_ROWS = 20_000;
/** The largest page that the server gives. */
const AT_ONCE = 100;
const PATIENCE_MS = 5_000;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Asks again where so many pages in a minute were too many. */
async function patiently<T>(page: () => Promise<T>, wait: (ms: number) => Promise<unknown>): Promise<T> {
  for (;;) {
    try {
      return await page();
    } catch (error) {
      if (!(error instanceof ApiProblem) || error.status !== 429) throw error;
      await wait(PATIENCE_MS);
    }
  }
}

/**
 * Reads all pages. `onRows` hears how many rows there are after each and says whether to go on; `undefined`: it did not.
 * @throws ApiProblem when there are more than {@link MOST_ROWS}, or the server's.
 */
export async function collect<Row>(
  load: TableProps<Row>["load"],
  filters: Filters,
  onRows: (count: number) => boolean,
  wait: (ms: number) => Promise<unknown> = pause,
): Promise<Row[] | undefined> {
  const rows: Row[] = [];
  let cursor: string | undefined;
  do {
    const page = await patiently(() => load(filters, cursor, AT_ONCE), wait);
    rows.push(...page.items);
    if (!onRows(rows.length)) return undefined;
    if (rows.length > MOST_ROWS) {
      throw new ApiProblem(422, { title: "内容太多", detail: `超过 ${MOST_ROWS} 行，请用筛选缩小范围。`, code: "too_many_rows" });
    }
    cursor = page.next_cursor ?? undefined;
  } while (cursor);
  return rows;
}

/** Headings and cells; a column without a text (buttons) stays away. */
export function cells<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): { columns: string[]; rows: (string | number | null)[][] } {
  const written = columns.filter((column) => column.text);
  const cell = (value: string | number | null | undefined) => (Number.isSafeInteger(value) ? (value as number) : value == null || value === "" ? null : String(value));
  return { columns: written.map((column) => column.title), rows: rows.map((row) => written.map((column) => cell(column.text?.(row)))) };
}
