import { adoptMysfit } from "./resources.js";
import { adoptedHere, keep, watchMemory } from "./memory.js";
import { knownMysfit, learn, watchMysfits } from "./mysfits.js";
import { notice } from "./notice.js";
import { announce } from "./status.js";
import { inWords, t } from "./words.js";

/** Milliseconds in which the answer cannot be given: whatever lies under the pointer then was not aimed at. */
const PAUSE = 600;

/** Adopting is for ever, so it is asked twice. */
export function mount(root, id) {
  const parts = ["ask", "confirm", "question", "yes", "no", "adopted", "home", "adopt-trouble"];
  const [ask, confirm, question, yes, no, adopted, home, trouble] = parts.map((name) =>
    root.querySelector(`[data-part="${name}"]`),
  );
  const { name } = inWords(knownMysfit(id));
  let sending = false;
  let pause;
  ask.textContent = t("adopt.ask", { name });
  question.textContent = t("adopt.question", { name });
  yes.textContent = t("adopt.yes", { name });
  no.textContent = t("adopt.no");

  function draw({ asking = false } = {}) {
    const mysfit = knownMysfit(id);
    ask.hidden = asking || mysfit.adopted;
    confirm.hidden = !asking || mysfit.adopted;
    adopted.hidden = !mysfit.adopted;
    root.closest(".deeds").classList.toggle("asking", !confirm.hidden);
    home.textContent = t(adoptedHere.has(id) ? "adopt.yours" : "adopt.home", { name });
  }

  async function adopt() {
    if (sending) return;
    sending = true;
    trouble.replaceChildren();
    yes.setAttribute("aria-disabled", "true");
    confirm.setAttribute("aria-busy", "true");
    try {
      await adoptMysfit(id);
      keep(`adopted-on.${id}`, new Date().toISOString());
      adoptedHere.add(id);
      settle(t("adopt.done", { name }));
    } catch (problem) {
      if (problem.kind === "clash" && adoptedHere.has(id)) {
        // Another window of this device was quicker: nobody has lost anybody.
        settle(t("adopt.yours", { name }));
      } else if (problem.kind === "clash") {
        // Somebody was quicker, or an earlier try of ours got there though its answer did not.
        settle(t("problem.clash.advice", { name }));
        explain(notice(problem, { about: { name } }));
      } else {
        draw();
        explain(notice(problem, { retry: adopt, title: t("adopt.failed", { name }) }));
      }
    } finally {
      sending = false;
      yes.removeAttribute("aria-disabled");
      confirm.removeAttribute("aria-busy");
    }
  }

  function explain(panel) {
    trouble.replaceChildren(panel);
    panel.scrollIntoView({ block: "nearest" });
  }

  function settle(news) {
    learn(id, { adopted: true, adoptedNow: adoptedHere.has(id) });
    announce(news);
    const certificate = root.closest("article").querySelector(".certificate:not([hidden])");
    (certificate ?? adopted).focus({ preventScroll: true });
    (certificate ?? adopted).scrollIntoView({ block: "nearest" });
  }

  ask.addEventListener("click", () => {
    trouble.replaceChildren();
    yes.setAttribute("aria-disabled", "true");
    clearTimeout(pause);
    pause = setTimeout(() => sending || yes.removeAttribute("aria-disabled"), PAUSE);
    draw({ asking: true });
    // On the question and not on "yes": what is pressed by mistake must not adopt.
    question.focus({ preventScroll: true });
    confirm.scrollIntoView({ block: "nearest" });
  });
  no.addEventListener("click", ({ detail }) => {
    // What is on its way cannot be taken back.
    if (detail > 1 || sending) return;
    draw();
    ask.focus();
  });
  yes.addEventListener("click", ({ detail }) => {
    // The second click of a double one falls on whatever has come under the pointer. A key falls on what has the focus.
    if (detail > 1 || (detail === 1 && yes.hasAttribute("aria-disabled"))) return;
    adopt();
  });
  const stops = [
    watchMysfits((changed) => {
      if (!root.isConnected) stops.forEach((stop) => stop());
      else if (changed === id && knownMysfit(id).adopted) draw();
    }),
    watchMemory((key) => {
      if (!root.isConnected || (key && key !== "adopted")) return;
      if (adoptedHere.has(id)) learn(id, { adopted: true });
    }),
  ];
  draw();
}
