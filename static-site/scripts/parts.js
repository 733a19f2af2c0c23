import { t } from "./words.js";

/**
 * Load a part of the page and mount it on its element. If either fails, the trouble stays here:
 * a sentence in the part's place, the error in the console, and the rest of the page untouched.
 * Says whether the part works.
 */
export async function mountPart(element, load, place = element, ...given) {
  place.classList.remove("broken");
  place.querySelector(":scope > .out-of-order")?.remove();
  try {
    const { mount } = await load();
    await mount(element, ...given);
    return true;
  } catch (error) {
    reportError(error);
    place.prepend(outOfOrder());
    place.classList.add("broken");
    return false;
  }
}

function outOfOrder() {
  const sentence = document.createElement("p");
  sentence.className = "out-of-order";
  sentence.setAttribute("role", "alert");
  sentence.textContent = t("part.broken");
  return sentence;
}

/** A notice (notice.js), whose script and styles the first view does without unless there is trouble. */
export const noticeOnDemand = async (...given) => (await import("./notice.js")).notice(...given);
