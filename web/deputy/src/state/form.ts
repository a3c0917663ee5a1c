import { onLoad, onUnload } from "@dcloudio/uni-app";
import { reactive, ref, watch } from "vue";
import type { Case } from "../api/types";
import { caseUrl, goBack } from "../platform/ways";
import { dropDraft, keepDraft, readDraft } from "./drafts";
import { keptView } from "./kept";
import { decide, type Decision } from "./outbox";

/**
 * A form about a submission: its fields, kept on the phone while one writes, and handed to the outbox when it is decided.
 * Every field is a text.
 */
export function useForm<F extends Record<string, string>>(kind: string, empty: F) {
  const subject = ref("");
  const fields = reactive({ ...empty }) as F;
  const photos = ref<string[]>([]);
  const kept = ref(false);
  const query = ref<Record<string, string>>({});
  let decided = false;

  function keep(): void {
    if (subject.value && !decided) keepDraft(subject.value, kind, { fields: { ...fields }, photos: photos.value, at: Date.now() });
  }

  onLoad((given) => {
    query.value = Object.fromEntries(Object.entries(given ?? {}).map(([name, value]) => [name, String(value)]));
    subject.value = query.value.id ?? "";
    const draft = readDraft(subject.value, kind);
    if (draft) {
      Object.assign(fields, draft.fields);
      photos.value = draft.photos;
      kept.value = true;
    }
    watch([fields, photos], keep, { deep: true });
  });
  onUnload(keep);

  /** The submission as last read, to show what one is writing about. */
  const matter = (): Case | null => keptView<Case>(`/api/v1/submissions/${subject.value}`);

  /** Hands it to the outbox and goes back. To be called from a press. */
  function submit(decision: Pick<Decision, "title" | "method" | "path" | "body"> & { kind?: string }): void {
    decided = true;
    dropDraft(subject.value, kind);
    const about = matter()?.number ?? "";
    decide({ kind, subject: subject.value, about, photos: [...photos.value], draft: { ...fields }, ...decision });
    goBack(caseUrl(subject.value));
  }

  return { subject, fields, photos, kept, query, matter, submit };
}
