// What is being looked at lives in the address: filters in the query, the page and the open profile in the hash.
//   ?goodevil=Good&lawchaos=Chaotic&home=free&q=dra&sort=age#/mysfits/<id>, #/mine/<id>, #/community
import { listeners } from "./dom.js";

export const CHOICES = {
  goodevil: ["Good", "Neutral", "Evil"],
  lawchaos: ["Lawful", "Neutral", "Chaotic"],
  home: ["free"],
  sort: ["likes", "age"],
};

export function readAddress({ search, hash }) {
  const query = new URLSearchParams(search);
  const chosen = (name) => CHOICES[name].find((choice) => choice === query.get(name)) ?? "";
  const [, page = "mysfits", id = ""] = hash.match(/^#\/(mysfits|mine|community)(?:\/([^/]+))?$/) ?? [];
  return {
    goodevil: chosen("goodevil"),
    lawchaos: chosen("lawchaos"),
    home: chosen("home"),
    q: query.get("q") ?? "",
    sort: chosen("sort"),
    page,
    id: page === "community" ? "" : decoded(id),
  };
}

export function writeAddress({ page, id, ...choices }) {
  const query = String(new URLSearchParams(Object.entries(choices).filter(([, value]) => value)));
  const search = query && `?${query}`;
  if (page === "community") return `${search}#/community`;
  if (id) return `${search}#/${page}/${encodeURIComponent(id)}`;
  return `${search}#/${page === "mine" ? "mine" : ""}`;
}

/** Whether a hash is one that this page has something for. */
export const leadsSomewhere = (hash) => /^(#(\/((mysfits|mine)(\/[^/]*)?|community)?)?)?$/.test(hash);

function decoded(id) {
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}

const watchers = listeners();
let told = "";
let shownId;
let leaving = false;

function tell() {
  if (location.href === told) return;
  told = location.href;
  leaving = false;
  const now = address();
  const isNew = mark(now);
  watchers.tell(now, { isNew });
}

/** A step that is new remembers where it was taken from: what comes before the first one is another site. */
function mark({ id }) {
  const isNew = !history.state;
  if (isNew) history.replaceState({ fromList: shownId === "" && id !== "" }, "");
  shownId = id;
  return isNew;
}

export const address = () => readAddress(location);

/** Hear of the present address now, and of each later one; `isNew` is false for a step back or forward. */
export function watchAddress(watcher) {
  watcher(address(), { isNew: false });
  return watchers.add(watcher);
}

/** Change a part of the address. `replace` leaves no step behind for the back button. */
export function go(changes, { replace = false } = {}) {
  const there = location.pathname + writeAddress({ ...address(), ...changes });
  if (replace) history.replaceState(history.state, "", there);
  else history.pushState(null, "", there);
  tell();
}

/** Close the open profile, or one that is still on its way. */
export function leaveProfile() {
  if (!address().id || leaving) return;
  // Back, where the step back is the list: closing and the back button then leave the same history.
  leaving = Boolean(history.state?.fromList);
  if (leaving) history.back();
  else go({ id: "" }, { replace: true });
}

// Tests read the pure functions above where there is no window.
for (const step of ["popstate", "hashchange"]) globalThis.addEventListener?.(step, tell);
if (globalThis.history) mark(address());
