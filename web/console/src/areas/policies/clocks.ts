/** Clocks that a worker computes: its task stands in the address, so that whoever comes back finds it again. */
import { computed, ref } from "vue";
import type { Schemas } from "../../api/client";
import { useAddress } from "../../parts/address";

export function useClockJob() {
  const { filters, set } = useAddress(["job"]);
  const job = computed(() => filters.value.job);
  const isComputing = ref(job.value !== undefined);
  function follow(asked: Schemas["ClockJobResponse"]): void {
    isComputing.value = true;
    set({ job: asked.id });
  }
  return { job, isComputing, follow };
}
