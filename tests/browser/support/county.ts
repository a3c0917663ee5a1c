/**
 * A made-up county as its workbooks bring it: 18 townships, 400 villages, a station in each township, a grid in each
 * village, 1,000 deputies. Nobody and nowhere real; everything follows from its number, so that each run is the same.
 */
import { workbook } from "./workbook";

export type Row = readonly string[];

export const COUNTY = { code: "980101", name: "云溪县" };
const TOWNSHIPS = [..."柳林 石桥 杏花 清泉 松岗 白塔 双河 青峰 竹园 梅岭 荷塘 古渡 红枫 新集 平原 长坡 东湾 西屏".split(" ")];
const FIRST = [..."上下前后大小南北新老金银长高河山林石桥井"];
const SECOND = [..."坪湾坡岭沟塘庄店营坝冲垭口坎田畈墩圩湖岗"];
const SURNAMES = [..."赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许"];
const GIVEN = [..."安平康宁远明清和达信立勤学思齐正方圆松柏竹兰梅菊荷桂枫桐杉柳晨曦朝晖云川江海山岳星辰春夏秋冬文章书琴"];

/** The n-th of a list that is longer than any n. */
const nth = (list: readonly string[], n: number): string => list[n] ?? "";
const three = (n: number): string => String(n + 1).padStart(3, "0");

interface Village {
  code: string;
  name: string;
  /** The place of its township among the townships. */
  township: number;
}
const townships = TOWNSHIPS.map((name, at) => ({ code: `${COUNTY.code}${three(at)}`, name: `${name}镇` }));
const villages: Village[] = Array.from({ length: 400 }, (_, n) => {
  const township = n % townships.length;
  const within = 200 + Math.floor(n / townships.length);
  return { code: `${townships[township]?.code}${three(within)}`, name: `${nth(FIRST, n % 20)}${nth(SECOND, Math.floor(n / 20))}村`, township };
});
const station = (township: number): string => `${townships[township]?.name}代表联络站`;
const gridOf = (village: Village): string => `${village.code}001`;

/** Rows of each workbook, headings first. */
export const regions: Row[] = [
  ["区划代码*", "名称*"],
  [COUNTY.code, COUNTY.name],
  ...[...townships, ...villages].map(({ code, name }) => [code, name]),
];
export const sites: Row[] = [
  ["类型*", "名称*", "区划代码*", "地址", "电话", "开放时间", "经度", "纬度"],
  ...townships.map(({ code, name }, at) => [
    "代表联络站",
    station(at),
    code,
    `${name}为民街 ${at + 1} 号`,
    `0000-77${three(at)}`,
    "工作日 9:00–17:00",
    (103 + (at % 6) * 0.05).toFixed(3),
    (25 + Math.floor(at / 6) * 0.05).toFixed(3),
  ]),
];
export const grids: Row[] = [
  ["网格编码*", "名称*", "张贴位置*", "区划代码*", "站点*"],
  ...villages.map((village) => [gridOf(village), `${village.name}网格`, `${village.name}党群服务中心`, village.code, station(village.township)]),
];
export const offices: Row[] = [
  ["名称*", "区划代码*"],
  ...["县住房和城乡建设局", "县水利局", "县交通运输局"].map((name) => [name, COUNTY.code]),
  ...townships.map(({ code, name }) => [`${name}综合行政执法队`, code]),
];
const deputies = Array.from({ length: 1000 }, (_, n) => ({
  number: `98${String(n + 1).padStart(5, "0")}`,
  name: `${nth(SURNAMES, n % 20)}${nth(GIVEN, Math.floor(n / 20))}`,
  township: n % townships.length,
}));
export const people: Row[] = [
  ["代表证号", "姓名*", "层级*", "区划代码*", "站点", "工作单位", "职务", "公开姓名", "届次", "任期开始*"],
  ...deputies.map(({ number, name, township }, n) => [
    number,
    name,
    n % 4 === 0 ? "县（市、区）人大代表" : "乡镇人大代表",
    townships[township]?.code ?? "",
    station(township),
    `${townships[township]?.name}政府`,
    n % 5 === 0 ? "站长" : "代表",
    "是",
    "第十八届",
    "2022-01-01",
  ]),
];
/** A responsible deputy for each grid but the last: a hole to be found. */
export const assignments: Row[] = [
  ["网格编码*", "代表证号", "角色*", "开始日期*"],
  ...villages.slice(0, -1).map((village, n) => [gridOf(village), deputies[n]?.number ?? "", "责任代表", "2026-01-01"]),
];

/** With other words in some cells: `[row of the sheet, column, words]`, the heading being row 1. */
export function spoiled(rows: readonly Row[], cells: readonly [number, number, string][]): Row[] {
  const copy = rows.map((row) => [...row]);
  for (const [row, column, words] of cells) copy[row - 1]?.splice(column, 1, words);
  return copy;
}

/** A file to be chosen in a form. */
export function book(rows: readonly Row[]): { name: string; mimeType: string; buffer: Buffer } {
  return { name: "导入.xlsx", mimeType: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", buffer: workbook(rows) };
}
