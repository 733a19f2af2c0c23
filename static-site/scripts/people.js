// The people of the community: their faces, and whom they live with.
import { writeAddress } from "./address.js";
import { element } from "./dom.js";
import { knownMysfits } from "./mysfits.js";
import { inWords, t } from "./words.js";

export const nameOf = (user) => user.name ?? user.username ?? t("community.someone");

/** The mysfit that a text speaks of: the first whose name or species is in it. */
export function spokenOf(...texts) {
  const words = texts.join(" ").toLowerCase().match(/\p{Letter}+/gu) ?? [];
  return knownMysfits().find(({ name, species }) =>
    [name, species].some((each) => each && words.includes(String(each).toLowerCase())),
  );
}

/** A face: the letters of a name on a colour of its own. */
export function monogram(user) {
  const name = nameOf(user);
  const letters = name.split(/\s+/).map((word) => [...word][0]).filter((each) => /\p{Letter}/u.test(each));
  const face = element("span", "monogram", [letters[0], letters.length > 1 ? letters.at(-1) : ""].join("").toUpperCase());
  face.setAttribute("aria-hidden", "true");
  face.dataset.hue = [...name].reduce((sum, letter) => sum + letter.codePointAt(0), 0) % 6;
  return face;
}

export const named = (user) => element("bdi", "", nameOf(user));

export function person(user, say) {
  const line = element("li", "person");
  const words = element("div", "person-words");
  const name = element("p", "person-name");
  name.append(named(user));
  words.append(name);
  if (user.username) words.append(element("p", "person-handle", `@${user.username}`));
  if (user.bio) words.append(say("p", "person-bio", user.bio));
  const mysfit = spokenOf(user.bio);
  if (mysfit) {
    const link = element("a", "person-mysfit", t("community.lives", { name: inWords(mysfit).name }));
    link.href = writeAddress({ page: "mysfits", id: mysfit.mysfitId });
    words.append(link);
  }
  line.append(monogram(user), words);
  return line;
}
