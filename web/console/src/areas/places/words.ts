/** The words of places. */
export const SITE_KINDS = [
  { value: "center", label: "代表联络中心" },
  { value: "home", label: "代表之家" },
  { value: "station", label: "代表联络站" },
  { value: "point", label: "代表联络点" },
  { value: "studio", label: "代表工作室" },
  { value: "mobile", label: "流动联络站" },
  { value: "online", label: "网上联络站" },
] as const;

export const LEVELS = [
  { value: "national", label: "全国人大代表" },
  { value: "provincial", label: "省人大代表" },
  { value: "city", label: "市人大代表" },
  { value: "county", label: "县（市、区）人大代表" },
  { value: "township", label: "乡镇人大代表" },
] as const;
export type Level = (typeof LEVELS)[number]["value"];

export const ROLES = [
  { value: "lead", label: "责任代表" },
  { value: "assistant", label: "协助代表" },
] as const;
