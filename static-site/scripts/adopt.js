import { adoptMysfit } from "./api.js";
import { rememberedIds } from "./memory.js";
import { knownMysfit, learn, watchMysfits } from "./mysfits.js";
import { notice } from "./notice.js";
import { announce } from "./status.js";
import { inWords, t } from "./words.js";

const adoptedHere = rememberedIds("adopted");

/** Adopting is for ever, so it is asked twice. */
export function mount(root, id) {
  const parts = ["ask", "confirm", "question", "yes", "no", "adopted", "home", "adopt-trouble"];
  const [ask, confirm, question, yes, no, adopted, home, trouble] = parts.map((name) =>
    root.querySelector(`[data-part="${name}"]`),
  );
  const { name } = inWords(knownMysfit(id));
  ask.textContent = t("adopt.ask", { name });
  question.textContent = t("adopt.question", { name });
  yes.textContent = t("adopt.yes", { name });
  no.textContent = t("adopt.no");

  function draw({ asking = false } = {}) {
    const mysfit = knownMysfit(id);
    ask.hidden = asking || mysfit.adopted;
    confirm.hidden = !asking || mysfit.adopted;
    adopted.hidden = !mysfit.adopted;
    home.textContent = t(adoptedHere.has(id) ? "adopt.yours" : "adopt.home", { name });
  }

  async function adopt() {
    if (yes.getAttribute("aria-disabled")) return;
    trouble.replaceChildren();
    yes.setAttribute("aria-disabled", "true");
    try {
      await adoptMysfit(id);
      adoptedHere.add(id);
      settle(t("adopt.done", { name }));
    } catch (problem) {
      if (problem.kind === "clash") {
        // Somebody was quicker, or an earlier try of ours got there though its answer did not.
        settle(t("problem.clash.advice", { name }));
        trouble.replaceChildren(notice(problem, { about: { name } }));
      } else {
        draw();
        trouble.replaceChildren(notice(problem, { retry: adopt, title: t("adopt.failed", { name }) }));
      }
    } finally {
      yes.removeAttribute("aria-disabled");
    }
  }

  function settle(news) {
    learn(id, { adopted: true });
    announce(news);
    adopted.focus();
  }

  ask.addEventListener("click", () => {
    trouble.replaceChildren();
    draw({ asking: true });
    // On the question and not on "yes": a double press must not adopt.
    question.focus();
  });
  no.addEventListener("click", () => {
    draw();
    ask.focus();
  });
  yes.addEventListener("click", adopt);
  const stop = watchMysfits((changed) => {
    if (!root.isConnected) stop();
    else if (changed === id && knownMysfit(id).adopted) draw();
  });
  draw();
}
