/**
 * The browser's own field. uni-app's hands on what is typed up to a tenth of a second late, and a press within that time
 * would send what stood there before. It tells what is typed in the same shape.
 */
import { defineComponent, h, nextTick, onMounted, ref, watch } from "vue";

export default defineComponent({
  props: { value: { type: String, required: true }, single: Boolean, digits: Boolean, most: Number, name: String, hint: String },
  emits: { input: (_event: { detail: { value: string } }) => true },
  setup(props, { emit }) {
    const field = ref<HTMLInputElement | HTMLTextAreaElement>();

    /** A long text shows whole: the page scrolls, not the field. */
    function grow(): void {
      if (props.single || !field.value) return;
      field.value.style.height = "auto";
      field.value.style.height = `${field.value.scrollHeight + 2}px`;
    }
    onMounted(grow);
    watch(() => props.value, () => void nextTick(grow));

    return () =>
      h(props.single ? "input" : "textarea", {
        ref: field,
        class: ["field-input", props.single ? "one" : "tall"],
        value: props.value,
        maxlength: props.most,
        placeholder: props.hint,
        inputmode: props.digits ? "numeric" : undefined,
        "aria-label": props.name,
        onInput: (event: Event) => emit("input", { detail: { value: (event.target as HTMLInputElement).value } }),
      });
  },
});
