import type { components } from "../../generated/schema";

export type ProblemBody = components["schemas"]["Problem"];

/** What the server answered instead of what was asked for (RFC 9457); its words are Chinese and for people. */
export class ApiProblem extends Error {
  constructor(
    readonly status: number,
    readonly body: Pick<ProblemBody, "title" | "detail" | "code"> & Partial<ProblemBody>,
  ) {
    super(body.title);
  }
}
