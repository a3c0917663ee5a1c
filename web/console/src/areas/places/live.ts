/** Lists that are asked again while one types into their {@link LiveSearch}. */
import { computed, type ComputedRef, type Ref } from "vue";
import { useAddress, type Filters } from "../../parts/address";
import type { Listed } from "../../parts/table";

type Load<Row> = (filters: Filters, cursor: string | undefined, limit?: number, signal?: AbortSignal) => Promise<Listed<Row>>;

/** What a table loads: `list` with what is typed; `also`: whatever else makes it another list. */
export function useLive<Row>(list: Load<Row>, also?: Ref<unknown>): ComputedRef<Load<Row>> {
  const { filters } = useAddress(["q"]);
  return computed(() => {
    const typed = filters.value;
    void also?.value;
    return (chosen, cursor, limit, signal) => list({ ...chosen, ...typed }, cursor, limit, signal);
  });
}

/** The filters that all lists of places have, as the server takes them. */
export function narrowed({ q, region, holes, ended }: Filters): { q?: string; region?: string; holes: boolean; ended: boolean } {
  return { q, region, holes: holes === "true", ended: ended === "true" };
}
