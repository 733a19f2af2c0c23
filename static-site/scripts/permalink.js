// The page that publishing has made for each mysfit: an address that tells those who share and search of it.
import { readPermalinks } from "./resources.js";
import { currentLanguage } from "./words.js";

let permalinks = {};

/** Resolves when the permalinks are known, as far as they can be. */
export const permalinksRead = readPermalinks().then(
  (found) => (permalinks = found),
  () => {},
);

/** The permalink of a mysfit in the reader's language, absolute; undefined where publishing has made none. */
export function permalinkOf(id) {
  const path = permalinks[id]?.[currentLanguage()];
  return path && new URL(`/${path}`, location.href).href;
}
