// What is being looked at lives in the address: filters in the query, the page and the open profile in the hash.
//   ?goodevil=Good&lawchaos=Chaotic&q=dra&sort=age#/mysfits/<id>
import { listeners } from "./dom.js";

export const CHOICES = {
  goodevil: ["Good", "Neutral", "Evil"],
  lawchaos: ["Lawful", "Neutral", "Chaotic"],
  sort: ["likes", "age"],
};

export function readAddress({ search, hash }) {
  const query = new URLSearchParams(search);
  const chosen = (name) => CHOICES[name].find((choice) => choice === query.get(name)) ?? "";
  const [, page, id] = hash.match(/^#\/(mysfits|community)(?:\/([^/]+))?$/) ?? [];
  return {
    goodevil: chosen("goodevil"),
    lawchaos: chosen("lawchaos"),
    q: query.get("q") ?? "",
    sort: chosen("sort"),
    page: page === "community" ? "community" : "mysfits",
    id: page === "mysfits" && id ? decoded(id) : "",
  };
}

export function writeAddress({ page, id, ...choices }) {
  const query = String(new URLSearchParams(Object.entries(choices).filter(([, value]) => value)));
  const search = query && `?${query}`;
  if (page === "community") return `${search}#/community`;
  return `${search}#/${id ? `mysfits/${encodeURIComponent(id)}` : ""}`;
}

function decoded(id) {
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}

const watchers = listeners();
let told = "";

function tell() {
  if (location.href === told) return;
  told = location.href;
  watchers.tell(address());
}

export const address = () => readAddress(location);

/** Hear of the present address now, and of each later one. */
export function watchAddress(watcher) {
  watcher(address());
  return watchers.add(watcher);
}

/** Change a part of the address. `replace` leaves no step behind for the back button. */
export function go(changes, { replace = false } = {}) {
  const there = location.pathname + writeAddress({ ...address(), ...changes });
  history[replace ? "replaceState" : "pushState"](null, "", there);
  tell();
}

// Tests read the pure functions above where there is no window.
for (const step of ["popstate", "hashchange"]) globalThis.addEventListener?.(step, tell);
