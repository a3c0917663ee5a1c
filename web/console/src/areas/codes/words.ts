/** The words of this area as people call them. */
export interface Option {
  value: string;
  label: string;
}

export const STATES: readonly Option[] = [
  { value: "active", label: "使用中" },
  { value: "suspended", label: "暂停使用" },
  { value: "replaced", label: "已更换" },
  { value: "retired", label: "已停用" },
];

export const ACTS = {
  suspend: { label: "暂停", from: ["active"], says: "暂停以后，扫码的人会看到“暂停使用”，不能提交。" },
  resume: { label: "恢复", from: ["suspended"], says: "恢复以后，扫码又能提交。" },
  replace: { label: "更换", from: ["active", "suspended"], says: "会制出新码；扫旧码的人会被带到新码。请印好新码换上。" },
  retire: { label: "停用", from: ["active", "suspended"], says: "停用以后不能恢复。请把它取下来。" },
} as const;
export type Act = keyof typeof ACTS;

export const EVENTS: Record<string, string> = {
  made: "制码",
  suspended: "暂停",
  resumed: "恢复",
  replaced: "更换",
  retired: "停用",
  hung: "张贴",
  taken_down: "摘除",
};

export const TEMPLATES = [
  { value: "a4", label: "A4 海报" },
  { value: "a5", label: "A5 海报" },
  { value: "labels", label: "标签（A4，3×8）" },
  { value: "stand", label: "桌牌（A4 对折）" },
  { value: "cards", label: "名片（A4，2×5）" },
] as const;
export type Template = (typeof TEMPLATES)[number]["value"];

export const JOBS: Record<string, string> = { waiting: "排队", running: "印制中", done: "完成", failed: "出错", cancelled: "已取消" };

export const label = (options: readonly Option[], value: string | null | undefined): string =>
  options.find((option) => option.value === value)?.label ?? "";

/** `3.2 MB`. */
export const size = (bytes: number | null | undefined): string => (bytes == null ? "—" : `${(bytes / 1_048_576).toFixed(1)} MB`);

/** 电梯 2. */
export const purposeOf = (row: { purpose?: string | null; serial?: number | null }): string | null =>
  row.purpose ? `${row.purpose} ${row.serial ?? ""}`.trim() : null;
