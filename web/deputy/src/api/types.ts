import type { components, paths } from "./schema";

/** What the product answers, by the names of openapi.yaml. */
export type Schemas = components["schemas"];
export type Case = Schemas["SubmissionDetailResponse"];
export type InboxEntry = Schemas["InboxEntry"];
export type Photo = Schemas["PhotoLinks"];
export type Handover = Schemas["HandoverResponse"];
export type Me = Schemas["MeResponse"];
export type ProblemBody = Schemas["Problem"];

/** WeChat's request knows no PATCH. */
export type Method = "get" | "post" | "put" | "delete";

/** The paths that have this method. */
export type PathOf<M extends Method> = {
  [P in keyof paths]: Operation<P, M> extends { responses: unknown } ? (Operation<P, M> extends never ? never : P) : never;
}[keyof paths];

type Operation<P extends keyof paths, M extends Method> = paths[P] extends { [K in M]: infer O } ? NonNullable<O> : never;

type Json<R> = R extends { content: { "application/json": infer B } } ? B : void;

/** The body of the answer that means success. */
export type Answer<P extends keyof paths, M extends Method> =
  Operation<P, M> extends { responses: infer R }
    ? R extends { 200: infer S }
      ? Json<S>
      : R extends { 201: infer S }
        ? Json<S>
        : R extends { 202: infer S }
          ? Json<S>
          : void
    : never;

/** The body to send. */
export type Sent<P extends keyof paths, M extends Method> =
  Operation<P, M> extends { requestBody?: { content: { "application/json": infer B } } } ? B : undefined;

/** The parts of the path in braces. */
export type Params<P extends keyof paths, M extends Method> =
  Operation<P, M> extends { parameters: { path: infer X } } ? X : undefined;

export type Query<P extends keyof paths, M extends Method> =
  Operation<P, M> extends { parameters: { query?: infer X } } ? X : undefined;
