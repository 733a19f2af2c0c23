// The words of the page in the reader's language, and the mysfits' own words where they are translated.
import { readDescriptions, readHooks } from "./api.js";
import { listeners } from "./dom.js";

const WORDS = {
  en: () => import("./words/en.js"),
  ko: () => import("./words/ko.js"),
  zh: () => import("./words/zh.js"),
};

let language = "en";
let words = {};
let told = {};
let hooks = {};
const watchers = listeners();

export const currentLanguage = () => language;

/** Hear of the present language now, and of each later one. */
export function watchLanguage(watcher) {
  watcher(language);
  return watchers.add(watcher);
}

export async function loadWords(wanted) {
  try {
    // A description that does not arrive leaves the API's own, English one in place.
    const orNone = (read) => read.catch(() => ({}));
    const [its, ...theirs] = await Promise.all([
      WORDS[wanted](),
      orNone(readDescriptions(wanted)),
      orNone(readHooks(wanted)),
    ]);
    [language, words, [told, hooks]] = [wanted, its.default, theirs];
  } catch (error) {
    reportError(error);
    // Words that do not arrive leave the page in the language it had, which at first is none.
    if (!words["page.title"] && wanted !== "en") return loadWords("en");
  }
  document.documentElement.lang = language;
  watchers.tell(language);
  document.documentElement.classList.remove("wordless");
  return undefined;
}

/** The sentence for a key: `{name}` is filled in, and `count` chooses among plural forms. */
export function t(key, values = {}) {
  return phrase(words[key] ?? key, values, language);
}

export function phrase(form, values, language) {
  const plural = typeof form === "string" ? form : (form[new Intl.PluralRules(language).select(values.count)] ?? form.other);
  return plural.replace(/\{(\w+)\}/g, (_, name) => {
    const value = values[name] ?? "";
    return typeof value === "number" ? formatNumber(value, language) : isolated(value);
  });
}

const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
const BIDI_CONTROLS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** A name in a sentence: one that is written from right to left does not turn its neighbours around. */
function isolated(text) {
  const plain = String(text).replace(BIDI_CONTROLS, "");
  return RIGHT_TO_LEFT.test(plain) ? `\u2068${plain}\u2069` : plain;
}

export const formatNumber = (number, inLanguage = language) => new Intl.NumberFormat(inLanguage).format(number);

/** A mysfit's name, species and description, each with the language that it is in. */
export function inWords(mysfit) {
  const translated = told[mysfit.mysfitId] ?? {};
  return { name: mysfit.name, species: mysfit.species, description: mysfit.description, ...translated };
}

/** The words by which a mysfit is found, its name as it is read here first. */
export function namesOf(mysfit) {
  const { name, species } = inWords(mysfit);
  return [name, species, mysfit.name, mysfit.species];
}

/** A mysfit's line for the list: those that arrived yesterday have none yet. */
export const hookOf = (id) => hooks[id] ?? "";

export const formatDate = (date) => new Intl.DateTimeFormat(language, { dateStyle: "long" }).format(date);

export const descriptionLanguage = (mysfit) => (told[mysfit.mysfitId]?.description ? language : "en");

/** Fill the elements that name their words: data-word for the text, data-word-<attribute> for an attribute. */
export function fillWords(root) {
  for (const element of root.querySelectorAll("[data-word]")) element.textContent = t(element.dataset.word);
  for (const element of root.querySelectorAll("[data-word-label]")) {
    element.setAttribute("aria-label", t(element.dataset.wordLabel));
  }
  for (const element of root.querySelectorAll("[data-word-placeholder]")) {
    element.placeholder = t(element.dataset.wordPlaceholder);
  }
}
