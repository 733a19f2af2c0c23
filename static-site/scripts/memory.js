// What this device remembers. Storage may be full, forbidden or edited by hand: the page works without it.
import { listeners } from "./dom.js";

const PREFIX = "mysfits.";
const watchers = listeners();

export function recall(key) {
  try {
    return localStorage.getItem(PREFIX + key);
  } catch {
    return null;
  }
}

export function keep(key, value) {
  try {
    localStorage.setItem(PREFIX + key, value);
  } catch {
    // Nothing to do: the choice holds until the page is left.
  }
}

/** Hear of what another window of this device remembers anew, or forgets. */
export const watchMemory = watchers.add;

globalThis.addEventListener?.("storage", ({ key }) => {
  if (key === null || key.startsWith(PREFIX)) watchers.tell(key?.slice(PREFIX.length));
});

/**
 * A set of ids that outlives the page, such as the mysfits liked on this device. It is read each time: another window
 * may have changed it meanwhile.
 */
export function rememberedIds(key) {
  const here = new Set(); // what storage may not have taken
  const read = () => new Set([...String(recall(key) ?? "").split(" ").filter(Boolean), ...here]);
  const save = (ids) => keep(key, [...ids].join(" "));
  return {
    all: () => [...read()],
    has: (id) => read().has(id),
    add(id) {
      here.add(id);
      save(read());
    },
    remove(id) {
      here.delete(id);
      const ids = read();
      ids.delete(id);
      save(ids);
    },
  };
}

export const likedHere = rememberedIds("liked");
export const adoptedHere = rememberedIds("adopted");
