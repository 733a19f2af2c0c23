// The site without a network: its service worker, where publishing has made one, and a word on a list that is a copy.
import { watchCopy } from "./api.js";
import { notice } from "./notice.js";
import { currentLanguage, t, watchLanguage } from "./words.js";

export function mount(place) {
  let time = null;
  const draw = () => place.replaceChildren(...(time ? [copyNotice(time)] : []));
  watchCopy((since) => {
    time = since;
    draw();
  });
  watchLanguage(draw);
  return register(document.querySelector("meta[name=service-worker]")?.content);
}

function copyNotice(time) {
  const when = new Intl.DateTimeFormat(currentLanguage(), { dateStyle: "medium", timeStyle: "short" }).format(new Date(time));
  return notice({ kind: "copy" }, { about: { when }, retry: () => location.reload() });
}

/** Only where a page came by HTTPS, or from this machine, is there a place for service workers. */
async function register(path) {
  if (!path || !navigator.serviceWorker) return;
  const policy = globalThis.trustedTypes?.createPolicy("service-worker", { createScriptURL: () => path });
  await navigator.serviceWorker.register(policy?.createScriptURL("") ?? path).catch(reportError);
}
