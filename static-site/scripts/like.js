import { likeMysfit } from "./api.js";
import { rememberedIds } from "./memory.js";
import { knownMysfit, learn, watchMysfits } from "./mysfits.js";
import { notice } from "./notice.js";
import { announce } from "./status.js";
import { formatNumber, inWords, t } from "./words.js";

const liked = rememberedIds("liked");

/** A like shows at once, before the service has answered, and is taken back if it does not get there. */
export function mount(root, id) {
  const [button, count, word, trouble] = ["heart", "count", "word", "like-trouble"].map((name) =>
    root.querySelector(`[data-part="${name}"]`),
  );
  const name = () => inWords(knownMysfit(id)).name;

  function draw() {
    const { likes, sending } = knownMysfit(id);
    const shown = likes + (sending ? 1 : 0);
    count.textContent = formatNumber(shown);
    word.textContent = t("like.word", { count: shown });
    button.setAttribute("aria-label", t("like.name", { name: name() }));
    button.setAttribute("aria-pressed", String(liked.has(id)));
    button.disabled = false;
  }

  async function like() {
    // A second press, or a second window, does not send a second like.
    if (knownMysfit(id).sending || liked.has(id)) return announce(t("like.already", { name: name() }));
    trouble.replaceChildren();
    liked.add(id);
    learn(id, { sending: true });
    announce(t("like.done", { name: name(), count: knownMysfit(id).likes + 1 }));
    try {
      const { likes } = await likeMysfit(id);
      learn(id, { sending: false, likes: Number.isInteger(likes) ? likes : knownMysfit(id).likes + 1 });
    } catch (problem) {
      liked.remove(id);
      learn(id, { sending: false });
      trouble.replaceChildren(notice(problem, { retry, title: t("like.failed", { name: name() }) }));
    }
  }

  function retry() {
    button.focus();
    return like();
  }

  button.addEventListener("click", like);
  const stop = watchMysfits((changed) => {
    if (!root.isConnected) stop();
    else if (changed === id) draw();
  });
  draw();
}
