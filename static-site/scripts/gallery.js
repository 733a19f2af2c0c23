import { address, go, watchAddress } from "./address.js";
import { card } from "./card.js";
import { painted } from "./dom.js";
import { watchMemory } from "./memory.js";
import { howMany, knownMysfit, knownMysfits, readList, setOrder, watchMysfits } from "./mysfits.js";
import { noticeOnDemand } from "./parts.js";
import { byName, select } from "./selection.js";
import { announce, slowNotice } from "./status.js";
import { currentLanguage, namesOf, t, watchLanguage } from "./words.js";

const FIRST_SCREEN = 4;
const AT_ONCE = 60;

export function mount(root) {
  const [list, skeleton, place, found, further] = ["list", "skeleton", "place", "found", "further"].map((name) =>
    root.querySelector(`[data-part="${name}"]`),
  );
  const home = root.parentElement;
  const cards = new Map();
  let ready = false;
  let entries; // all by name, made when they are first needed
  let selected = [];
  let limit = AT_ONCE;
  let shown; // the ids in the list, and the choice that they are the answer to
  let answered;

  async function load() {
    ready = false;
    shown = undefined;
    list.hidden = further.hidden = true;
    skeleton.hidden = false;
    home.classList.remove("failed");
    root.setAttribute("aria-busy", "true");
    place.replaceChildren();
    found.textContent = t("gallery.loading");
    const slow = slowNotice(place);
    try {
      await readList(drawFirst);
      entries = undefined;
      ready = true;
    } catch (problem) {
      found.textContent = "";
      list.hidden = true;
      // Nothing to choose from: the trouble stands where the filters were, in the first screen.
      home.classList.add("failed");
      place.replaceChildren(await noticeOnDemand(problem, { retry: again, byItself: true }));
    }
    slow.stop();
    skeleton.hidden = true;
    root.removeAttribute("aria-busy");
    if (ready) draw(address());
  }

  function again() {
    // The button that was pressed goes away; keyboard users keep their place.
    if (root.contains(document.activeElement)) root.focus();
    announce(t("gallery.loading"));
    load();
  }

  const sorted = () => byName(knownMysfits(), { wordsOf: namesOf, language: currentLanguage() });

  /** The first of a long list: the API gives them by name. */
  function drawFirst() {
    if (address().sort) return;
    show(select(sorted(), address()).slice(0, FIRST_SCREEN * 3));
    skeleton.hidden = !list.hidden;
  }

  function show(mysfits) {
    const wanted = mysfits.map(cardOf).filter(Boolean);
    // A card that is moved loses the focus: one that is in its place stays there.
    const stay = [...list.children].every((card, place) => card === wanted[place]);
    if (stay) list.append(...wanted.slice(list.children.length));
    else list.replaceChildren(...wanted);
    list.hidden = !wanted.length;
  }

  function draw(choices) {
    if (entries?.length !== howMany()) entries = sorted();
    selected = select(entries, choices, ({ id }) => knownMysfit(id));
    const { page: _page, id: _id, ...choice } = choices;
    const question = JSON.stringify([choice, currentLanguage()]);
    const isNews = question !== answered;
    if (isNews) limit = AT_ONCE;
    answered = question;
    found.textContent = summary(choice);
    const ids = selected.map((mysfit) => mysfit.mysfitId);
    const order = `${limit} ${ids.join(" ")}`;
    if (order === shown) return;
    shown = order;
    setOrder(ids);
    show(selected.slice(0, limit));
    further.hidden = selected.length <= limit;
    further.textContent = t("gallery.further", { count: selected.length - limit });
    if (selected.length) place.replaceChildren();
    else emptyNotice().then((it) => !selected.length && place.replaceChildren(it), reportError);
    // A list that changes by itself, behind a profile for instance, is no news.
    if (isNews && !document.querySelector("dialog:modal")) announce(t("gallery.found", { count: selected.length }));
  }

  function summary(choice) {
    const adopted = selected.filter((mysfit) => mysfit.adopted).length;
    const { sort: _sort, ...filters } = choice;
    if (!adopted || Object.values(filters).some(Boolean)) return t("gallery.found", { count: selected.length });
    return `${t("gallery.free", { count: selected.length - adopted })} · ${t("gallery.adopted", { count: adopted })}`;
  }

  function cardOf(mysfit, position) {
    // Cards are kept, so that pictures do not blink when the choice changes.
    try {
      const { mysfitId: id } = mysfit;
      if (!cards.has(id)) cards.set(id, card(mysfit, { eager: position < FIRST_SCREEN }));
      return cards.get(id).element;
    } catch (error) {
      // One mysfit that cannot be shown does not hide the others.
      reportError(error);
      return undefined;
    }
  }

  further.addEventListener("click", () => {
    const first = limit;
    limit += AT_ONCE;
    draw(address());
    list.children[first]?.querySelector("a").focus();
  });
  async function redraw() {
    if (!ready) return;
    // First what was pressed is seen as pressed, then a dozen pictures are drawn.
    await painted();
    if (ready) draw(address());
  }
  watchLanguage(() => {
    cards.clear();
    shown = entries = undefined;
    redraw();
  });
  watchAddress(redraw);
  watchMysfits((id) => {
    cards.get(id)?.refresh();
    if (id) redraw();
  });
  watchMemory(() => cards.forEach(({ refresh }) => refresh()));
  return load();
}

const everyone = { retry: () => go({ goodevil: "", lawchaos: "", home: "", q: "" }), retryWord: "gallery.everyone" };
const emptyNotice = () => (howMany() ? noticeOnDemand({ kind: "nomatch" }, everyone) : noticeOnDemand({ kind: "nobody" }, {}));
