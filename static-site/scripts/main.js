import { watchAddress } from "./address.js";
import { mountPart } from "./parts.js";
import { fillWords, loadWords, watchLanguage } from "./words.js";

const byId = (id) => document.getElementById(id);

await loadWords(document.documentElement.lang);
watchLanguage(() => fillWords(document));

// Each part is loaded and mounted on its own: one that breaks says so in its place and the others go on.
mountPart(byId("gallery"), () => import("./gallery.js"));
mountPart(byId("finder"), () => import("./finder.js"));
mountPart(byId("language"), () => import("./language.js"), document.querySelector(".masthead"));

/** A part that could not be mounted, because the network was away for instance, gets another chance when it is needed. */
function once(mountIt) {
  let mounted;
  return async () => {
    mounted ??= mountIt();
    if (!(await mounted)) mounted = undefined;
  };
}

const whenIdle = globalThis.requestIdleCallback ?? ((task) => setTimeout(task, 500));
whenIdle(() => mountPart(byId("release"), () => import("./release.js")));

// The profile is not needed to see the list, but a click on a mysfit should not wait for it either.
const trouble = byId("profile-trouble");
const needProfile = once(() => mountPart(byId("profile"), () => import("./profile.js"), trouble, trouble));
whenIdle(needProfile);

const needCommunity = once(() => mountPart(byId("community"), () => import("./community.js")));
watchAddress(({ page, id }) => {
  const inCommunity = page === "community";
  byId("mysfits").hidden = inCommunity;
  byId("community").hidden = !inCommunity;
  for (const link of document.querySelectorAll("nav a")) {
    if (link.hash === (inCommunity ? "#/community" : "#/")) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (id) needProfile();
  if (inCommunity) needCommunity();
});

document.querySelector(".skip").addEventListener("click", (event) => {
  // The hash is the address of a page here, so the jump is made by hand.
  event.preventDefault();
  byId("main").focus();
});
