import { address, go, watchAddress } from "./address.js";
import { formatNumber } from "./words.js";

const TYPING = 150;
const SHEET = ["goodevil", "lawchaos", "home", "sort"];

export function mount(form) {
  const { q, goodevil, lawchaos, home, sort } = form.elements;
  const [more, chosen, filters, done] = ["more", "chosen", "filters", "done"].map((name) =>
    form.querySelector(`[data-part="${name}"]`),
  );
  const reset = form.querySelector("[type=reset]");
  let typing;
  let searched = address().q;

  // What was typed or chosen before this script arrived counts.
  const early = [...new FormData(form)].filter(([, value]) => value);
  if (early.length) go(Object.fromEntries(early), { replace: true });

  watchAddress((choices) => {
    // While somebody types, the field is ahead of the address, until another search is there.
    if (choices.q !== searched) stopTyping();
    if (!typing) q.value = choices.q;
    searched = choices.q;
    for (const radio of [...goodevil, ...lawchaos]) radio.checked = radio.value === choices[radio.name];
    home.checked = choices.home === home.value;
    sort.value = choices.sort;
    const count = SHEET.filter((name) => choices[name]).length;
    chosen.hidden = !count;
    chosen.textContent = formatNumber(count);
    reset.hidden = !count && !choices.q;
  });

  q.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(settle, TYPING);
  });
  form.addEventListener("change", ({ target }) => {
    if (target === q) return;
    go({ [target.name]: target.type === "checkbox" && !target.checked ? "" : target.value });
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    settle();
    open(false);
  });
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    stopTyping();
    const { activeElement } = document;
    go({ q: "", goodevil: "", lawchaos: "", home: "", sort: "" });
    q.value = "";
    // The button that was pressed goes away; keyboard users keep their place.
    if (activeElement === reset) (more.checkVisibility() ? more : q).focus({ preventScroll: true });
  });

  // On a phone the filters are a sheet over the list.
  const open = (is) => {
    form.classList.toggle("open", is);
    more.setAttribute("aria-expanded", String(is));
  };
  const shut = () => {
    if (!form.classList.contains("open")) return;
    open(false);
    more.focus({ preventScroll: true });
  };
  more.addEventListener("click", () => open(!form.classList.contains("open")));
  done.addEventListener("click", shut);
  document.addEventListener("keydown", ({ key }) => key === "Escape" && shut());
  document.addEventListener("click", ({ target }) => {
    if (form.classList.contains("open") && !filters.contains(target) && !more.contains(target)) shut();
  });

  function stopTyping() {
    clearTimeout(typing);
    typing = undefined;
  }

  function settle() {
    stopTyping();
    // Letters of one search are not steps that the back button should undo one by one.
    if (q.value !== address().q) go({ q: q.value }, { replace: true });
  }
}
