import { likeMysfit } from "./resources.js";
import { keep, likedHere, watchMemory } from "./memory.js";
import { burst, roll } from "./motion.js";
import { knownMysfit, learn, likesOf, readProfile, watchMysfits } from "./mysfits.js";
import { notice } from "./notice.js";
import { announce } from "./status.js";
import { formatNumber, inWords, t } from "./words.js";

/** A like shows at once, before the service has answered, and is taken back if it does not get there. */
export function mount(root, id) {
  const [button, deed, count, word, forever, trouble] = ["heart", "deed", "count", "word", "forever", "like-trouble"].map(
    (name) => root.querySelector(`[data-part="${name}"]`),
  );
  const name = () => inWords(knownMysfit(id)).name;

  function draw() {
    const likes = likesOf(knownMysfit(id));
    const isLiked = likedHere.has(id);
    roll(count, formatNumber(likes));
    word.textContent = t("like.word", { count: likes });
    deed.textContent = t(isLiked ? "like.pressed" : "like.action");
    button.setAttribute("aria-label", t("like.name", { name: name() }));
    button.setAttribute("aria-pressed", String(isLiked));
    button.disabled = false;
  }

  async function like() {
    // A second press while the first is on its way is the same like.
    if (knownMysfit(id).sending) return;
    trouble.replaceChildren();
    if (likedHere.has(id)) {
      forever.textContent = t("like.forever", { name: name() });
      forever.hidden = true;
      requestAnimationFrame(() => (forever.hidden = false));
      announce(t("like.already", { name: name() }));
      return;
    }
    likedHere.add(id);
    learn(id, { sending: true });
    burst(button);
    try {
      const { likes } = await likeMysfit(id);
      learn(id, { sending: false, likes: Number.isInteger(likes) ? likes : likesOf(knownMysfit(id)) });
      keep("last-like", `${id} ${Date.now()}`);
      announce(t("like.done", { name: name(), count: likesOf(knownMysfit(id)) }));
    } catch (problem) {
      likedHere.remove(id);
      learn(id, { sending: false });
      const panel = notice(problem, { retry, title: t("like.failed", { name: name() }) });
      trouble.replaceChildren(panel);
      panel.scrollIntoView({ block: "nearest" });
    }
  }

  function retry() {
    button.focus();
    return like();
  }

  button.addEventListener("click", like);
  const stops = [
    watchMysfits((changed) => {
      if (!root.isConnected) stops.forEach((stop) => stop());
      else if (changed === id) draw();
    }),
    // Liked in another window: what is pressed and counted there is so here.
    watchMemory((key) => {
      if (!root.isConnected) return;
      if (key === "last-like") readProfile(id).catch(() => {});
      else draw();
    }),
  ];
  draw();
}
