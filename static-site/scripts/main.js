import { go, leadsSomewhere, leaveProfile, watchAddress } from "./address.js";
import { mountPart, noticeOnDemand } from "./parts.js";
import { knownMysfit, watchMysfits } from "./mysfits.js";
import { fillWords, inWords, loadWords, t, watchLanguage } from "./words.js";

const byId = (id) => document.getElementById(id);
const SECTIONS = ["mysfits", "mine", "community"];

await loadWords(document.documentElement.lang);
watchLanguage((language) => {
  fillWords(document);
  byId("language").value = language;
});

mountPart(byId("gallery"), () => import("./gallery.js"));
mountPart(byId("finder"), () => import("./finder.js"));

/** A part that could not be mounted gets another chance when it is needed. */
function once(mountIt) {
  let mounted;
  return async () => {
    mounted ??= mountIt();
    if (!(await mounted)) mounted = undefined;
  };
}

const whenIdle = globalThis.requestIdleCallback ?? ((task) => setTimeout(task, 500));
whenIdle(() => mountPart(byId("language"), () => import("./language.js"), document.querySelector(".masthead")));
whenIdle(() => mountPart(byId("release"), () => import("./release.js")));
whenIdle(() => mountPart(byId("main"), () => import("./paper.js")));

whenIdle(() => mountPart(byId("offline"), () => import("./offline.js")));

// The profile is not needed to see the list, but a click on a mysfit should not wait for it either.
const trouble = byId("profile-trouble");
const needProfile = once(() => mountPart(byId("profile"), () => import("./profile.js"), trouble, trouble));
whenIdle(needProfile);
// Nor is one on its way waited for that nobody wants to see any more; an open dialog has its own keys.
addEventListener("keydown", ({ key }) => key === "Escape" && !byId("profile").open && leaveProfile());

const needs = {
  community: once(() => mountPart(byId("community"), () => import("./community.js"))),
  mine: once(() => mountPart(byId("mine"), () => import("./mine.js"))),
};

let now = { page: "mysfits", id: "" };

/** What the tab, the history and a bookmark call this view. */
function entitle() {
  const mysfit = now.id && knownMysfit(now.id);
  if (mysfit?.name) {
    const { name, species } = inWords(mysfit);
    document.title = t("title.of", { name: t("title.mysfit", { name, species }) });
  } else if (now.page === "mysfits") document.title = t("page.title");
  else document.title = t("title.of", { name: t(`${now.page}.title`) });
}

async function sayLost() {
  const lost = await noticeOnDemand({ kind: "missing" }, { retry: () => go({}), retryWord: "gallery.everyone" });
  if (!leadsSomewhere(location.hash)) byId("lost").replaceChildren(lost);
}

watchAddress((there, { isNew }) => {
  const { page, id } = there;
  const isOther = page !== now.page;
  now = there;
  for (const section of SECTIONS) byId(section).hidden = section !== page;
  for (const link of document.querySelectorAll("nav a")) {
    if (link.hash === `#/${page === "mysfits" ? "" : page}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  byId("lost").replaceChildren();
  if (!leadsSomewhere(location.hash)) sayLost().catch(reportError);
  entitle();
  if (id) needProfile();
  needs[page]?.();
  // A new view begins at its beginning; a step back is put where it was by the browser.
  if (isOther && isNew && !id) {
    scrollTo(0, 0);
    byId(page).querySelector("h1").focus({ preventScroll: true });
  }
});
watchLanguage(entitle);
watchMysfits((id) => (!id || id === now.id) && entitle());

document.querySelector(".skip").addEventListener("click", (event) => {
  // The hash is the address of a page here, so the jump is made by hand.
  event.preventDefault();
  byId("main").focus();
});
