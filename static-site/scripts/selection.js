// Which mysfits to show, and in which order. Pure: facts in, a new list out.

/** Upper and lower case, accents and full-width letters make no difference to a search. */
export const plain = (text) => String(text ?? "").normalize("NFKD").replace(/\p{Mark}/gu, "").toLowerCase().trim();

/** `wordsOf` gives the words by which a mysfit may be found and, first of all, its name. */
export function select(mysfits, { goodevil, lawchaos, q, sort }, { wordsOf, language }) {
  const wanted = plain(q).split(/\s+/).filter(Boolean);
  const found = mysfits.filter((mysfit) => {
    if (goodevil && mysfit.goodevil !== goodevil) return false;
    if (lawchaos && mysfit.lawchaos !== lawchaos) return false;
    const words = wordsOf(mysfit).map(plain).join(" ");
    return wanted.every((word) => words.includes(word));
  });
  const names = new Intl.Collator(language, { sensitivity: "base" });
  const byName = (one, other) => names.compare(wordsOf(one)[0], wordsOf(other)[0]);
  // What is not known goes last, not first as an undefined or a zero would.
  const most = (fact) => (one, other) => (other[fact] ?? -1) - (one[fact] ?? -1);
  return found.sort((one, other) => (sort ? most(sort)(one, other) : 0) || byName(one, other));
}
