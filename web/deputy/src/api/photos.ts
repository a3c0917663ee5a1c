import type { Picture } from "../platform/files";
import { Offline, Problem } from "./problem";
import { BASE } from "./request";
import type { Schemas } from "./types";

/** Sends one picture; returns the id to put into `photo_ids`. */
export function uploadPhoto(picture: Picture): Promise<string> {
  return new Promise((resolve, reject) => {
    uni.uploadFile({
      url: `${BASE}/api/v1/photos`,
      ...picture,
      name: "file",
      timeout: 60_000,
      success: ({ statusCode, data }) => {
        const body = parsed(data);
        if (statusCode === 201) resolve((body as Schemas["PhotoResponse"]).id);
        else reject(Problem.of(statusCode, body));
      },
      fail: () => reject(new Offline()),
    });
  });
}

function parsed(text: unknown): unknown {
  try {
    return typeof text === "string" ? JSON.parse(text) : text;
  } catch {
    return null;
  }
}
