import { address, go, watchAddress } from "./address.js";
import { card } from "./card.js";
import { painted } from "./dom.js";
import { knownMysfits, learnMissing, readList, watchMysfits } from "./mysfits.js";
import { notice, slowNotice } from "./notice.js";
import { select } from "./selection.js";
import { announce } from "./status.js";
import { currentLanguage, inWords, t, watchLanguage } from "./words.js";

const FIRST_SCREEN = 4;

export function mount(root) {
  const [list, skeleton, place, found] = ["list", "skeleton", "place", "found"].map((name) =>
    root.querySelector(`[data-part="${name}"]`),
  );
  const cards = new Map();
  let ready = false;
  let shown;

  async function load() {
    ready = false;
    shown = undefined;
    list.hidden = true;
    skeleton.hidden = false;
    root.setAttribute("aria-busy", "true");
    place.replaceChildren();
    found.textContent = t("gallery.loading");
    const slow = slowNotice(place);
    try {
      await readList();
      ready = true;
    } catch (problem) {
      found.textContent = "";
      place.replaceChildren(notice(problem, { retry: again, byItself: true }));
    }
    slow.stop();
    skeleton.hidden = true;
    root.removeAttribute("aria-busy");
    await choose(address());
  }

  function again() {
    // The button that was pressed goes away; keyboard users keep their place.
    if (root.contains(document.activeElement)) root.focus();
    announce(t("gallery.loading"));
    load();
  }

  async function choose(choices) {
    if (!ready) return;
    draw(choices);
    const missing = choices.sort && knownMysfits().some((mysfit) => !Number.isFinite(mysfit[choices.sort]));
    if (!missing) return;
    found.textContent = t("gallery.sorting");
    const missed = await learnMissing(choices.sort);
    draw(address());
    if (missed) place.replaceChildren(notice({ kind: "partial" }, { retry: () => choose(address()) }));
  }

  function draw(choices) {
    const language = currentLanguage();
    const wordsOf = (mysfit) => {
      const { name, species } = inWords(mysfit);
      return [name, species, mysfit.name, mysfit.species];
    };
    const selected = select(knownMysfits(), choices, { wordsOf, language });
    found.textContent = t("gallery.found", { count: selected.length });
    const order = selected.map((mysfit) => mysfit.mysfitId).join(" ");
    // A card that is moved loses the focus: nothing is touched while the order is the same.
    if (order === shown) return;
    shown = order;
    list.replaceChildren(...selected.map(cardOf).filter(Boolean));
    list.hidden = !selected.length;
    place.replaceChildren(...(selected.length ? [] : [emptyNotice()]));
    announce(found.textContent);
  }

  function cardOf(mysfit, position) {
    // Cards are kept, so that pictures do not blink when the choice changes.
    try {
      if (!cards.has(mysfit.mysfitId)) cards.set(mysfit.mysfitId, card(mysfit, { eager: position < FIRST_SCREEN }));
      return cards.get(mysfit.mysfitId);
    } catch (error) {
      // One mysfit that cannot be shown does not hide the others.
      reportError(error);
      return undefined;
    }
  }

  watchLanguage(() => {
    cards.clear();
    shown = undefined;
    if (ready) draw(address());
  });
  watchAddress(async () => {
    if (!ready) return;
    // First the pressed filter is seen as pressed, then a dozen pictures are drawn.
    await painted();
    await choose(address());
  });
  watchMysfits(() => {
    if (ready && address().sort) draw(address());
  });
  return load();
}

function emptyNotice() {
  const everyone = () => go({ goodevil: "", lawchaos: "", q: "" });
  if (!knownMysfits().length) return notice({ kind: "nobody" }, {});
  return notice({ kind: "nomatch" }, { retry: everyone, retryWord: "gallery.everyone" });
}
