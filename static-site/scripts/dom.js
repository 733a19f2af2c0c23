/** A copy of the content of a <template>, and a way to reach its named elements. */
export function copyOf(templateId) {
  const copy = document.getElementById(templateId).content.cloneNode(true);
  return { copy, part: (name) => copy.querySelector(`[data-part="${name}"]`) };
}

/** The named elements in an element, by their names: for those that are looked at again and again. */
export const partsOf = (root) =>
  Object.fromEntries([...root.querySelectorAll("[data-part]")].map((each) => [each.dataset.part, each]));

export function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

/** A list of listeners in which one that throws does not keep the others from hearing. */
export function listeners() {
  const all = new Set();
  return {
    add(listener) {
      all.add(listener);
      return () => all.delete(listener);
    },
    tell(...news) {
      for (const listener of all) {
        try {
          listener(...news);
        } catch (error) {
          reportError(error);
        }
      }
    },
  };
}

/** Resolves when the browser has painted: work that waits for it does not hold up the answer to a press. */
export const painted = () =>
  new Promise((done) => {
    // In a background tab there is no frame to wait for.
    if (document.hidden) done();
    else requestAnimationFrame(() => setTimeout(done));
  });
