// What this device remembers. Storage may be full, forbidden or edited by hand: the page works without it.

export function recall(key) {
  try {
    return localStorage.getItem(`mysfits.${key}`);
  } catch {
    return null;
  }
}

export function keep(key, value) {
  try {
    localStorage.setItem(`mysfits.${key}`, value);
  } catch {
    // Nothing to do: the choice holds until the page is left.
  }
}

/** A set of ids that outlives the page, such as the mysfits liked on this device. */
export function rememberedIds(key) {
  const ids = new Set(String(recall(key) ?? "").split(" ").filter(Boolean));
  const save = () => keep(key, [...ids].join(" "));
  return {
    has: (id) => ids.has(id),
    add(id) {
      ids.add(id);
      save();
    },
    remove(id) {
      ids.delete(id);
      save();
    },
  };
}
