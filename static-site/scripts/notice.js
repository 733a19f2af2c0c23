// What happened and what to do, in plain words, where it happened.
import { element } from "./dom.js";
import { needStyles } from "./later-styles.js";
import { t } from "./words.js";

needStyles("styles/notice.css");

/** Kinds that are no failure: nobody needs to be interrupted for them. */
const CALM = ["copy", "nomatch", "nobody", "unsettled", "alone"];
/** Who looks at the visitor from a kind of trouble. */
const FACES = {
  copy: "gary",
  offline: "gary",
  unreachable: "gary",
  slow: "atlantis",
  missing: "nessi",
  busy: "cole",
  broken: "rujin",
  nomatch: "gretta",
  nobody: "nessi",
  unsettled: "hasla",
  alone: "pauly",
};

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
  if (FACES[kind]) panel.append(face(FACES[kind]));
  panel.append(element("p", "notice-title", title ?? t(`problem.${kind}.title`, about)));
  panel.append(adviceOf(kind, problem, byItself, about));
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

function face(name) {
  const image = Object.assign(element("img", "notice-face"), { alt: "", width: 96, height: 96 });
  image.src = `images/${name}.svg`;
  return image;
}

function adviceOf(kind, problem, byItself, about) {
  if (kind !== "busy" || !problem.wait) return element("p", "notice-advice", t(`problem.${kind}.advice`, about));
  const sentence = (count) => t(byItself ? "problem.busy.again" : "problem.busy.wait", { count });
  const line = element("p", "notice-advice");
  // Read out once, and counted down for the eyes alone.
  const ticking = element("span", "", sentence(problem.wait));
  ticking.setAttribute("aria-hidden", "true");
  line.append(element("span", "visually-hidden", sentence(problem.wait)), ticking);
  let left = problem.wait;
  const clock = setInterval(() => {
    left -= 1;
    if (left < 1 || (!line.isConnected && left < problem.wait - 1)) return clearInterval(clock);
    ticking.textContent = sentence(left);
  }, 1000);
  return line;
}

function retryByItself(panel, { kind, wait }, retry) {
  const ifStillThere = () => panel.isConnected && retry();
  // The network may be back already: what failed can have waited for another answer.
  if (kind === "offline" && navigator.onLine) setTimeout(ifStillThere);
  else if (kind === "offline") addEventListener("online", ifStillThere, { once: true });
  if (kind === "busy" && wait) setTimeout(ifStillThere, wait * 1000);
}
