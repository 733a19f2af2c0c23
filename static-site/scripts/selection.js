// Which mysfits to show, and in which order. Pure: facts in, a new list out.

/** Upper and lower case, accents and full-width letters make no difference to a search. */
export const plain = (text) => String(text ?? "").normalize("NFKD").replace(/\p{Mark}/gu, "").toLowerCase().trim();

/**
 * Mysfits by name, each with the words it is found by: made once for many choices, as thousands take their time.
 * `wordsOf` gives the words by which a mysfit may be found and, first of all, its name.
 */
export function byName(mysfits, { wordsOf, language }) {
  const names = new Intl.Collator(language, { sensitivity: "base" });
  return mysfits
    .map((mysfit) => {
      const words = wordsOf(mysfit);
      return { id: mysfit.mysfitId, mysfit, name: String(words[0] ?? ""), words: words.map(plain).join(" ") };
    })
    .sort((one, other) => names.compare(one.name, other.name));
}

/** The entries of `byName` that are chosen; `now` gives a mysfit as it is known at this moment. */
export function select(entries, { goodevil, lawchaos, home, q, sort }, now = ({ mysfit }) => mysfit) {
  const wanted = plain(q).split(/\s+/).filter(Boolean);
  const found = [];
  for (const entry of entries) {
    if (!wanted.every((word) => entry.words.includes(word))) continue;
    const mysfit = now(entry);
    if (goodevil && mysfit.goodevil !== goodevil) continue;
    if (lawchaos && mysfit.lawchaos !== lawchaos) continue;
    if (home && mysfit.adopted) continue;
    found.push(mysfit);
  }
  // What is not known goes last, not first as an undefined or a zero would; what is equal stays in the order of names.
  return sort ? found.sort((one, other) => (other[sort] ?? -1) - (one[sort] ?? -1)) : found;
}
