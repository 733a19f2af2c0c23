import { go, watchAddress } from "./address.js";

const TYPING = 150;

export function mount(form) {
  const { q, goodevil, lawchaos, sort } = form.elements;
  let typing;

  // What was typed or chosen before this script arrived counts.
  const early = [...new FormData(form)].filter(([, value]) => value);
  if (early.length) go(Object.fromEntries(early), { replace: true });

  watchAddress((choices) => {
    // While somebody types, the field is ahead of the address.
    if (!typing) q.value = choices.q;
    for (const radio of [...goodevil, ...lawchaos]) radio.checked = radio.value === choices[radio.name];
    sort.value = choices.sort;
  });

  q.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(settle, TYPING);
  });
  form.addEventListener("change", ({ target }) => {
    if (target !== q) go({ [target.name]: target.value });
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    settle();
  });
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    clearTimeout(typing);
    typing = undefined;
    go({ q: "", goodevil: "", lawchaos: "", sort: "" });
    q.value = "";
  });

  function settle() {
    clearTimeout(typing);
    typing = undefined;
    // Letters of one search are not steps that the back button should undo one by one.
    go({ q: q.value }, { replace: true });
  }
}
