// The page: its address says what is shown, and whatever changes shows it again.

import { balancing } from "./balancing.js";
import { cluster, clusters } from "./clusters.js";
import { families, family } from "./definitions.js";
import { forgetKept, h, patch } from "./dom.js";
import { header, navigation } from "./frame.js";
import { logs, stopFollowing } from "./logs.js";
import { announce } from "./parts.js";
import { news } from "./news.js";
import { openSession, stream } from "./server.js";
import { forgetCards, nextRound, observeCards } from "./service_card.js";
import { service } from "./service.js";
import { stack, stacks } from "./stacks.js";
import { newStore } from "./store.js";
import { rows, tables } from "./tables.js";
import { languageNow, speak, t } from "./words.js";
import { work } from "./work.js";

const TICK = 200; // milliseconds between two pictures of what changes
const MOVES = 500; // and of a time axis along which nothing does
const RETRY = 1500;

const ui = { outcomes: new Map(), answers: new Map(), forms: {}, which: new Map(), rounds: new Map(), taskFilter: "running", chosenTask: null, chosenService: null };
const ctx = { store: newStore(() => (isHeard ? tick() : refresh())), ui, refresh, program: "ecs-emulator", about: { verbs: [], drills: [], faults: [] }, connection: "connecting" };

const VIEWS = {
  clusters: (name, kind, each, tab) => (!name ? clusters(ctx) : kind === "services" && each ? service(ctx, name, each, tab) : cluster(ctx, name, kind)),
  "task-definitions": (name, revision) => (name ? family(ctx, name, revision) : families(ctx)),
  "load-balancers": () => balancing(ctx),
  logs: () => logs(ctx),
  stacks: (name, tab) => (name ? stack(ctx, name, tab) : stacks(ctx)),
  tables: (name) => (name ? rows(ctx, name) : tables(ctx)),
  work: () => work(ctx),
};

const route = () => {
  try {
    return location.hash.replace(/^#\/?/, "").split("/").map(decodeURIComponent);
  } catch {
    return [];
  }
};

let isDue = false;
let took = 0; // milliseconds of the last picture
let drawnAt = 0;
let waiting = null;

let afterwards = null; // what is done with the next picture

/** Draw after the next frame: somebody has done something, and the browser shows that before the page is worked out. */
export function refresh() {
  if (isDue) return;
  isDue = true;
  requestAnimationFrame(() => setTimeout(renderIfDue));
}

/** Draw soon: something has changed. Never so often that hands have to wait for it. */
function tick() {
  if (document.hidden) return;
  const pause = Math.max(TICK, 8 * took) - (performance.now() - drawnAt);
  if (pause <= 0) refresh();
  // Asked again: a picture may have been drawn meanwhile.
  else waiting ??= setTimeout(() => { waiting = null; tick(); }, pause);
}

const flat = (parts) => parts.flat(Infinity).filter((each) => each !== null && each !== false && each !== "");

/** What was due may have been drawn before, with the address. */
function renderIfDue() {
  if (isDue) render();
}

function render() {
  const begun = performance.now();
  isDue = false;
  draw();
  afterwards?.();
  afterwards = null;
  [took, drawnAt] = [performance.now() - begun, performance.now()];
}

function draw() {
  const [view, ...rest] = route();
  const show = VIEWS[view] ?? VIEWS.clusters;
  document.getElementById("skip").textContent = t("Skip to content");
  patch(document.getElementById("header"), flat(header(ctx)));
  patch(document.getElementById("nav"), flat(navigation(view in VIEWS ? view : "clusters")));
  document.getElementById("nav").setAttribute("aria-label", t("Services of AWS"));
  const parts = ctx.connection === "refused" ? [noSession()] : show(...rest.map((each) => each || undefined));
  patch(document.getElementById("main"), flat(parts));
  nextRound();
  observeCards();
  const title = document.querySelector("main h1")?.textContent;
  document.title = title ? `${title} · ${ctx.program}` : ctx.program;
}

const noSession = () => h("section", { class: "card" }, h("h1", {}, t("This page has no session here.")),
  h("p", {}, t("A link opens the console once. For another one, type in a terminal:")), h("code", {}, `${ctx.program} console`));

let isHeard = false;

function heard(name, content) {
  isHeard = true;
  take(name, content);
  isHeard = false;
}

function take(name, { at, set, gone }) {
  if (set.about) {
    ctx.about = set.about;
    ctx.program = set.about.program;
  }
  for (const sentence of news(ctx.store, set)) announce(sentence);
  if (name === "state") {
    afterwards ??= () => setTimeout(showCurrent);
    ctx.store.begin(at, set);
  }
  else ctx.store.change(at, set, gone);
}

async function listen() {
  for (;;) {
    try {
      await stream("/api/events", (name, content) => { ctx.connection = "open"; heard(name, content); });
    } catch (problem) {
      if (problem.status === 401) {
        ctx.connection = "refused";
        refresh();
        return;
      }
    }
    ctx.connection = "lost";
    refresh();
    await new Promise((resolve) => { setTimeout(resolve, RETRY); });
  }
}

/** What was said of an action belongs to the view that is left; what its command says goes on. */
function forgetOutcomes() {
  for (const [id, outcome] of ui.outcomes) if (!outcome.isRunning && !outcome.job) ui.outcomes.delete(id);
}

/** Bars that are too narrow for their entries are scrolled to the one that is shown. */
function showCurrent() {
  for (const each of document.querySelectorAll("#nav [aria-current], .tabs [aria-current]")) {
    const [own, bar] = [each, each.parentElement].map((one) => one.getBoundingClientRect());
    if (own.left < bar.left || own.right > bar.right) each.parentElement.scrollLeft += own.left - bar.left - (bar.width - own.width) / 2;
  }
}

let before = "";
addEventListener("hashchange", async () => {
  if (location.hash.startsWith("#key=")) {
    await openSession();
    if (ctx.connection === "refused") { ctx.connection = "connecting"; listen(); }
  }
  if (location.hash === "#main") return;
  forgetCards();
  const [view, ...rest] = route();
  if (!(view === "logs" || rest.includes("logs"))) stopFollowing();
  const isElsewhere = before.split("/").slice(0, 5).join() !== location.hash.split("/").slice(0, 5).join();
  before = location.hash;
  forgetOutcomes();
  // As a page that is loaded: its beginning is read, and keys go on from there.
  afterwards = () => {
    if (isElsewhere) scrollTo(0, 0);
    document.getElementById("main").focus({ preventScroll: true });
    // After the frame: places are asked for, which is work.
    setTimeout(showCurrent);
  };
  // With the next frame: of a view that is left nothing else would be shown first.
  isDue = true;
  requestAnimationFrame(renderIfDue);
});
addEventListener("languages", () => { forgetKept(); forgetCards(); refresh(); });
addEventListener("wanted", refresh);
addEventListener("visibilitychange", tick);
document.getElementById("skip").addEventListener("click", (event) => { event.preventDefault(); document.getElementById("main").focus(); });
setInterval(() => { if (ctx.store.isLive()) tick(); }, MOVES);

speak(languageNow());
await openSession();
before = location.hash;
render();
listen();
