import { keep } from "./memory.js";
import { currentLanguage, loadWords } from "./words.js";

export function mount(select) {
  select.addEventListener("change", async () => {
    keep("language", select.value);
    await loadWords(select.value);
    // Words that did not arrive leave the page in the language it had.
    select.value = currentLanguage();
  });
  select.disabled = false;
}
