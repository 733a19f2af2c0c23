// A service at a glance.

import { requestChart, samples, total } from "./charts.js";
import { h } from "./dom.js";
import { badge, figures, link, path, state } from "./parts.js";
import { revisionClass, spanNow, timeline } from "./timeline.js";
import { t, number } from "./words.js";

export const figuresOf = (service) => `${number(service.running)} / ${number(service.desired)}${service.pending ? ` (+${number(service.pending)})` : ""}`;

const cards = new Map(); // the last description of each
const outside = new Set(); // those that are not on the screen now
const seen = new Set(); // those that have been
const FIRST = 4; // that are drawn before anybody knows what is on the screen
const MOVED = 3; // that are drawn in one picture although nothing but their time axis has moved
const made = new Map(); // what each was drawn from, and in which picture
let picture = 0;
let moved = new Set(); // those whose turn it is
const observer = new IntersectionObserver((entries) => {
  // Of a view that is left there is nothing to draw.
  const there = entries.filter(({ target }) => target.isConnected);
  for (const { target, isIntersecting } of there) {
    if (isIntersecting) {
      outside.delete(target.dataset.key);
      seen.add(target.dataset.key);
    }
    else outside.add(target.dataset.key);
  }
  if (there.length) dispatchEvent(new Event("wanted"));
}, { rootMargin: "200px" });

/** Look which cards are on the screen; only those are drawn anew. */
export function observeCards() {
  for (const each of document.querySelectorAll(".service")) observer.observe(each);
}

export function forgetCards() {
  for (const each of [cards, outside, seen, made]) each.clear();
}

/** The next picture: those go on that have waited the longest. */
export function nextRound() {
  picture += 1;
  const waiting = [...made].filter(([key]) => !outside.has(key)).sort(([, a], [, b]) => a.picture - b.picture);
  moved = new Set(waiting.slice(0, MOVED).map(([key]) => key));
}

const nameOf = (service) => h("h3", {}, link(path("clusters", service.cluster, "services", service.service), service.short));

export function serviceCard(ctx, service, tasks, place) {
  const key = `${service.cluster}/${service.service}`;
  if (place >= FIRST && !seen.has(key)) {
    return h("article", { class: "card service", key: service.service, "data-key": key, "aria-label": service.short }, nameOf(service));
  }
  const from = [service, spanNow(), ctx.store.isLive(), ctx.store.isLive() || ctx.store.now(), tasks.length, ...tasks.map((each) => ctx.store.spans(`task/${each.task}`))];
  if (!cards.has(key) || (!outside.has(key) && (moved.has(key) || isNews(key, from)))) {
    cards.set(key, drawn(ctx, key, service, tasks));
    made.set(key, { from, picture });
  }
  return cards.get(key);
}

function isNews(key, from) {
  const before = made.get(key)?.from;
  return !before || before.length !== from.length || before.some((each, i) => each !== from[i]);
}

function drawn(ctx, key, service, tasks) {
  const found = samples(ctx.store, service);
  const last = found.at(-1);
  return h("article", { class: "card service", key: service.service, "data-key": key, "aria-label": service.short },
    h("div", { class: "row spread" },
      nameOf(service),
      service.deployments.length > 1 ? badge(t("rolling out"), "warn") : state(service.deployments[0]?.state ?? service.status)),
    figures([
      [t("running / desired"), figuresOf(service)],
      [t("requests a second"), number(total(last))],
      [t("failed"), number(last?.failed ?? 0)],
      ["p99", last?.p99 == null ? "–" : `${number(last.p99, 1)} ms`],
    ]),
    deployments(service),
    timeline(ctx.store, `${service.short}: ${t("Tasks")}`, service, tasks),
    requestChart(ctx.store, service, found, 60));
}

/** Deployments side by side. */
export function deployments(service) {
  return h("div", { class: "deployments" }, service.deployments.map((each) =>
    h("div", { class: `deployment ${revisionClass(service, each.revision)}`, key: `${each.revision}${each.status}` },
      h("div", { class: "row spread" }, h("strong", {}, each.revision), state(each.state)),
      h("div", { class: "small soft" }, `${each.status} · ${number(each.running)} ${t("running")}, ${number(each.pending)} ${t("pending")}, ${number(each.failed)} ${t("failed")}, ${number(each.desired)} ${t("desired")}`),
      h("svg", { class: "meter", viewBox: "0 0 100 1", preserveAspectRatio: "none", role: "img", "aria-label": `${number(each.running)} / ${number(each.desired)}` },
        h("rect", { class: "bar-healthy", x: 0, y: 0, height: 1, width: each.desired ? Math.min(100, (100 * each.running) / each.desired) : 0 })),
      each.reason && each.state !== "COMPLETED" && h("div", { class: "small" }, each.reason))));
}
