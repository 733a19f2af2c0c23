// One status region for the whole page. What is outside an open modal dialog is inert and is not
// read out, so the region moves into the dialog that is in front.

import { element } from "./dom.js";
import { t } from "./words.js";

const SLOW_AFTER = 4_000;

const region = document.querySelector("[role=status]");
let waiting;

export function announce(sentence) {
  const front = document.querySelector("dialog:modal") ?? document.body;
  if (region.parentElement !== front) front.append(region);
  // The same sentence twice is news twice, and only a change is read out. The last news is the one that holds.
  clearTimeout(waiting);
  region.textContent = "";
  waiting = setTimeout(() => (region.textContent = sentence), 50);
}

/** Call when a dialog opens or closes, so that the region is in place before there is news. */
export const moveStatus = (home) => home.append(region);

/** Says after a while that the answer is slow; `stop()` when it has come. */
export function slowNotice(place) {
  const line = element("p", "slow");
  const timer = setTimeout(() => {
    line.textContent = t("problem.waiting");
    place.append(line);
    announce(line.textContent);
  }, SLOW_AFTER);
  return {
    stop() {
      clearTimeout(timer);
      line.remove();
    },
  };
}
