/** What a {@link DataTable} is told. */
import type { RouteLocationRaw } from "vue-router";
import type { Filters } from "./address";

export interface Column<Row> {
  key: string;
  title: string;
  /** What stands in the cell, and in a workbook; a slot `cell-<key>` replaces it in the cell. Buttons have none. */
  text?: (row: Row) => string | number | null | undefined;
  /** Numbers stand to the right. */
  isNumber?: boolean;
  /** Never broken into two lines: a day, the number of a case. */
  isWhole?: boolean;
  /** Names the row, in a {@link ShortTable}. */
  isHead?: boolean;
  width?: string;
}

export interface Filter {
  /** The parameter's name, in the address and to the server. */
  name: string;
  label: string;
  /** `search` is asked for while one types, `text` when it is left. */
  kind: "search" | "text" | "select" | "date" | "region" | "flag";
  options?: readonly { value: string; label: string }[];
  /** What a select says when nothing is chosen; without it 全部. */
  all?: string;
}

export interface Listed<Row> {
  items: Row[];
  next_cursor?: string | null;
}

/** A file of what the table shows, by the server. */
export interface Export {
  label: string;
  path: string;
}

export interface TableProps<Row> {
  /** Says what is listed, for screen readers. */
  caption: string;
  columns: Column<Row>[];
  /** Asks for a page; called again whenever the filters change, and with the largest `limit` for a workbook. `signal`: it is given up. */
  load: (filters: Filters, cursor: string | undefined, limit?: number, signal?: AbortSignal) => Promise<Listed<Row>>;
  id: (row: Row) => string;
  filters?: Filter[];
  /** The server's own files of this list; without them all pages become a workbook. */
  exports?: Export[];
  /** Where a row leads; Enter and a press on its first cell go there. */
  to?: (row: Row) => RouteLocationRaw;
  /** Rows can be ticked; `v-model:ticked` has their ids. */
  tickable?: boolean;
  /** What an empty list says. */
  empty?: string;
}
