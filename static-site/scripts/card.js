import { writeAddress } from "./address.js";
import { copyOf } from "./dom.js";
import { inWords, t } from "./words.js";

/** One mysfit in the list. `eager` pictures are those that the first screen shows. */
export function card(mysfit, { eager }) {
  const { copy, part } = copyOf("card");
  const { name, species } = inWords(mysfit);
  showPortrait(part("portrait"), mysfit.thumbImageUri, { name, species });
  part("portrait").loading = eager ? "eager" : "lazy";
  part("name").textContent = name;
  part("species").textContent = species;
  showAlignment(part, mysfit);
  const view = part("view");
  view.id = `view-${mysfit.mysfitId}`;
  view.href = writeAddress({ page: "mysfits", id: mysfit.mysfitId });
  view.setAttribute("aria-label", t("card.view-of", { name }));
  view.querySelector("span").textContent = t("card.view");
  return copy.firstElementChild;
}

export function showPortrait(image, uri, { name, species }) {
  image.alt = t("portrait.alt", { name, species });
  if (uri) image.src = uri;
}

export function showAlignment(part, mysfit) {
  for (const axis of ["goodevil", "lawchaos"]) {
    part(axis).dataset.is = mysfit[axis];
    // Twice "Neutral" would say nothing without the name of the axis.
    part(axis).querySelector(".axis").textContent = t(`finder.${axis}`);
    part(axis).querySelector("b").textContent = t(`${axis}.${mysfit[axis]}`);
  }
}
