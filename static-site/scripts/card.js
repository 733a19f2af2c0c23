import { writeAddress } from "./address.js";
import { copyOf, partsOf } from "./dom.js";
import { likedHere } from "./memory.js";
import { knownMysfit, likesOf } from "./mysfits.js";
import { formatNumber, hookOf, inWords, t } from "./words.js";

const SHY = "images/shy.svg";
const KNOWN = {
  goodevil: ["Good", "Neutral", "Evil"],
  lawchaos: ["Lawful", "Neutral", "Chaotic"],
};

/** The id of the link to a mysfit's profile over a page. */
export const linkOf = (page, id) => `${page === "mine" ? "mine" : "view"}-${id}`;

/**
 * One mysfit in a list, as an element and a way to show what has changed of it. `eager` pictures are those that the
 * first screen shows; `page` is the one that a profile is opened over.
 */
export function card(mysfit, { eager, page = "mysfits" }) {
  const { copy, part: find } = copyOf("card");
  const root = copy.firstElementChild;
  const parts = partsOf(root);
  const { name, species } = inWords(mysfit);
  parts.portrait.loading = eager ? "eager" : "lazy";
  showPortrait(parts.portrait, mysfit.thumbImageUri, { name, species });
  parts.name.textContent = name;
  parts.species.textContent = species;
  parts.hook.textContent = hookOf(mysfit.mysfitId);
  parts.ribbon.textContent = t("card.home");
  showAlignment(find, mysfit);
  parts.view.id = linkOf(page, mysfit.mysfitId);
  parts.view.href = writeAddress({ page, id: mysfit.mysfitId });
  parts.view.setAttribute("aria-label", t("card.view-of", { name }));

  function refresh() {
    const now = knownMysfit(mysfit.mysfitId) ?? mysfit;
    const likes = likesOf(now);
    parts.ribbon.hidden = !now.adopted;
    parts.hearts.classList.toggle("liked", likedHere.has(mysfit.mysfitId));
    parts.count.textContent = formatNumber(likes);
    parts.word.textContent = t("like.word", { count: likes });
  }
  refresh();
  return { element: root, refresh };
}

export function showPortrait(image, uri, { name, species }) {
  const alt = t("portrait.alt", { name, species });
  if (image.alt !== alt) image.alt = alt;
  const wanted = uri || SHY;
  if (image.dataset.wanted === wanted) return;
  image.dataset.wanted = wanted;
  image.onerror = () => {
    // A picture that does not come leaves somebody who hides from the camera, not a broken frame.
    image.onerror = null;
    image.src = SHY;
  };
  image.src = wanted;
}

export function showAlignment(part, mysfit) {
  for (const axis of ["goodevil", "lawchaos"]) {
    const value = mysfit[axis];
    part(axis).hidden = !value;
    part(axis).dataset.is = value;
    // Twice "Neutral" would say nothing without the name of the axis.
    part(axis).querySelector(".axis").textContent = t(`finder.${axis}`);
    // A value that nobody has words for is shown as it is.
    part(axis).querySelector("b").textContent = KNOWN[axis].includes(value) ? t(`${axis}.${value}`) : String(value ?? "");
  }
}
