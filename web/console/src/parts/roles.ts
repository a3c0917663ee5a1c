/** Who somebody is. */
import type { Schemas } from "../api/client";

const NAMES: Record<Schemas["AccountEntry"]["role"], string> = {
  deputy: "人大代表",
  station_staff: "联络员",
  station_head: "站长",
  office_handler: "承办人员",
  street_admin: "街镇管理员",
  county_admin: "县级管理员",
  city_admin: "市级管理员",
  auditor: "审计员",
  security_admin: "安全管理员",
  system_admin: "系统管理员",
};

/** A role in words; one that is newer than this page as it comes. */
export const roleName = (role: string): string => (NAMES as Record<string, string>)[role] ?? role;

export const roleOptions = Object.entries(NAMES).map(([value, label]) => ({ value, label }));
