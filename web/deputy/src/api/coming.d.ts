// Operations that are agreed and not yet in openapi.yaml.
type Op<Sent, Res, Query = never> = {
  parameters: { query?: Query };
  requestBody: { content: { "application/json": Sent } };
  responses: { 200: { content: { "application/json": Res } } };
};
import "./schema";
interface Pushes {
  remaining: number;
  words: string;
  templates: { template_id: string; kind: string; title: string; remaining: number }[];
}
declare module "./schema" {
  interface paths {
    "/api/v1/me/home": {
      get: Op<
        never,
        {
          waiting: { overdue: number; today: number; this_week: number; later: number; to_judge?: number };
          grids: { id: string; name: string; place: string; open: number }[];
          next_duty: { date: string; site_id: string; site_name: string; today: boolean; signed_in: boolean } | null;
          next_appointment: { id: string; submission_id: string; starts_at: string; place: string; state?: string; asked_by?: string } | null;
          unread_messages: number;
          pushes: Pushes;
        }
      >;
    };
    "/api/v1/me/messages": {
      get: Op<
        never,
        {
          items: {
            id: string;
            kind: string;
            title: string;
            text: string;
            number: string;
            submission_id: string | null;
            handover_id: string | null;
            at: string;
            read: boolean;
          }[];
          unread: number;
          next_cursor: string | null;
        },
        { cursor?: string; limit?: number }
      >;
    };
    "/api/v1/me/messages/read": { put: Op<{ until: string }, void> };
    "/api/v1/me/phrases": { get: Op<never, { templates: { title: string; text: string }[]; recent: string[] }> };
    "/api/v1/me/push-permissions": { post: Op<{ results: Record<string, string> }, Pushes> };
    "/api/v1/me/work": {
      get: Op<
        never,
        {
          period: string;
          from: string;
          to: string;
          registered: number;
          answered: number;
          on_time: number;
          on_time_due: number;
          satisfied: number;
          rated: number;
          solved: number;
          median_days: number | null;
          rates: { name: string; numerator: number; denominator: number; percent: number | null }[];
        },
        { period: "month" | "year" }
      >;
    };
    "/api/v1/me/dossier": {
      get: Op<
        never,
        {
          name: string;
          level_name: string;
          workplace: string | null;
          title: string | null;
          introduction: string | null;
          site_name: string | null;
          grids: { name: string; place: string; role: string; from: string; until: string | null }[];
          term_from: string | null;
          term_until: string | null;
          handled: { registered: number; answered: number; closed: number };
          duties: { done: number; planned: number };
          hearings: number;
          proposals: number;
          photo_url: string | null;
        }
      >;
    };
    "/api/v1/me/sign-ins": { post: Op<{ code: string }, { date: string; site_id: string; site_name: string; signed_in_at: string }> };
  }
}
