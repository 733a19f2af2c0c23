// What happened and what to do, in plain words, where it happened.
import { element } from "./dom.js";
import { announce } from "./status.js";
import { t } from "./words.js";

const SLOW_AFTER = 4_000;
/** Kinds that are no failure: nobody needs to be interrupted for them. */
const CALM = ["nomatch", "nobody", "unsettled"];

/**
 * @param problem what an API call threw, or `{kind}`
 * @param retry called by the button
 * @param byItself also retry without being asked: when the network is back, or after the wait the service asked for
 * @param title in place of the kind's own, to say what did not work
 * @param about what the sentences name, such as `{name}`
 */
export function notice(problem, { retry, retryWord = "problem.retry", byItself = false, title, about = {} }) {
  const kind = problem.kind ?? "broken";
  // An error of our own is told to the visitor like any other, and to the developer in full.
  if (!problem.kind) reportError(problem);
  const panel = element("div", "notice");
  panel.dataset.kind = kind;
  if (!CALM.includes(kind)) panel.setAttribute("role", "alert");
  panel.append(element("p", "notice-title", title ?? t(`problem.${kind}.title`, about)));
  panel.append(element("p", "notice-advice", advice(kind, problem, byItself, about)));
  if (problem.reference) panel.append(element("p", "notice-reference", t("problem.reference", problem)));
  if (retry) {
    const button = element("button", "button", t(retryWord));
    button.type = "button";
    button.addEventListener("click", retry);
    panel.append(button);
    if (byItself) retryByItself(panel, problem, retry);
  }
  return panel;
}

function advice(kind, problem, byItself, about) {
  if (kind === "busy" && problem.wait) {
    return t(byItself ? "problem.busy.again" : "problem.busy.wait", { count: problem.wait });
  }
  return t(`problem.${kind}.advice`, about);
}

function retryByItself(panel, { kind, wait }, retry) {
  const ifStillThere = () => panel.isConnected && retry();
  // The network may be back already: what failed can have waited for another answer.
  if (kind === "offline" && navigator.onLine) setTimeout(ifStillThere);
  else if (kind === "offline") addEventListener("online", ifStillThere, { once: true });
  if (kind === "busy" && wait) setTimeout(ifStillThere, wait * 1000);
}

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
