// Tasks as bars on a time axis, drawn while it happens. The right edge is the moment that is looked at.

import { h, kept } from "./dom.js";
import { phase, shortId, table, tableBehind } from "./parts.js";
import { t, clock } from "./words.js";

const WIDTH = 1000;
const FAR = 1e6; // seconds: a bar without an end goes on behind the edge
// Part of a lane that a phase fills, so that it can be told without its colour.
const HEIGHTS = { starting: 0.35, initial: 0.55, draining: 0.55, stopping: 0.25 };
const FULL = 0.8;

let seconds = 120;

export const spanNow = () => seconds;
export function setSpan(value) {
  seconds = value;
}

export const revisionsOf = (service) => service.deployments.map((each) => each.revision);

/** Class for a revision's colour: the newest deployment's is the first. */
export function revisionClass(service, revision) {
  const at = revisionsOf(service).indexOf(revision);
  return `rev-${at < 0 ? 3 : Math.min(at, 3)}`;
}

/** The bars of tasks (facts), one lane each; `label` names the picture. */
export function timeline(store, label, service, tasks) {
  const now = store.now();
  const seen = tasks
    .map((task) => ({ task, spans: store.spans(`task/${task.task}`) }))
    .filter(({ spans }) => spans.length && spans[0].at <= now && endOf(spans) > now - seconds)
    .sort((a, b) => a.spans[0].at - b.spans[0].at || a.task.task.localeCompare(b.task.task));
  const isSlim = seen.length > 24;
  const lane = isSlim ? Math.max(4, Math.min(12, 400 / seen.length)) : 20;
  const base = Math.floor(now / 3600) * 3600;
  const scale = WIDTH / seconds;
  const height = Math.max(lane, seen.length * lane);
  const move = `translate(${(WIDTH - (now - base) * scale).toFixed(1)} 0) scale(${scale.toFixed(5)} 1)`;
  return h("div", { class: "stack" },
    h("div", { class: `lanes ${isSlim ? "slim" : ""}` },
      !isSlim && h("ul", { class: "names", "aria-hidden": "true" }, seen.map(({ task }) => name(service, task))),
      h("svg", { viewBox: `0 0 ${WIDTH} ${height}`, height, preserveAspectRatio: "none", role: "img", "aria-label": label },
        ticks(now).map((at) => h("line", { class: "grid", x1: at.x, x2: at.x, y1: 0, y2: height })),
        h("g", { transform: move }, seen.map(({ task, spans }, i) => bars(task, spans, i, lane, base)))),
      h("div", { class: "axis", "aria-hidden": "true" }, [1, 0.75, 0.5, 0.25, 0].map((part) => h("span", {}, clock(now - part * seconds))))),
    tableBehind(label, (caption) => phases(caption, seen)));
}

function phases(caption, seen) {
  return table(caption, [`!${t("Task")}`, `!${t("Revision")}`, t("Phases")],
    seen.slice(-60).map(({ task, spans }) => kept(`row ${task.task}`, [spans], () =>
      h("tr", { key: task.task }, h("td", { class: "tight mono" }, shortId(task.task)), h("td", { class: "tight" }, task.revision),
        h("td", {}, h("span", { class: "row" }, spans.map((each) => h("span", { class: "row small" }, phase(each.phase), clock(each.at)))))))));
}

const endOf = (spans) => (spans.at(-1).phase === "stopped" ? spans.at(-1).at : Infinity);

function name(service, task) {
  return kept(`name ${task.task}`, [task.revision, service && revisionClass(service, task.revision)], () =>
    h("li", { key: task.task }, h("span", { class: `rev ${service ? revisionClass(service, task.revision) : ""}` },
      h("span", { class: "mono" }, shortId(task.task)), ` ${task.revision.slice(task.revision.lastIndexOf(":"))}`)));
}

function bars(task, spans, lane, height, base) {
  return kept(`bars ${task.task}`, [spans, lane, height, base], () =>
    h("g", { key: task.task }, spans.map((each, i) => {
      if (each.phase === "stopped") return null;
      const end = spans[i + 1]?.at ?? base + FAR;
      const tall = (HEIGHTS[each.phase] ?? FULL) * height;
      const y = lane * height + (height - tall) / 2;
      const place = { x: (each.at - base).toFixed(3), width: Math.max(0.05, end - each.at).toFixed(3) };
      const isWrong = each.phase === "unhealthy" || each.phase === "unreachable";
      return [h("rect", { ...place, y, height: tall, class: `bar-${each.phase}` }),
        isWrong && h("rect", { ...place, y: y + tall * 0.4, height: tall * 0.2, class: "notch" })];
    })));
}

function ticks(now) {
  const every = [1, 5, 10, 30, 60, 300, 600].find((each) => seconds / each <= 12) ?? 1800;
  const found = [];
  for (let at = Math.ceil((now - seconds) / every) * every; at <= now; at += every) {
    found.push({ x: (((at - now + seconds) / seconds) * WIDTH).toFixed(1) });
  }
  return found;
}

export const legend = () => h("div", { class: "legend" },
  ["starting", "running", "healthy", "unhealthy", "draining", "stopping"].map((each) => phase(each)));

export function spanChoice(changed) {
  const choices = [[60, "1 min"], [120, "2 min"], [300, "5 min"], [900, "15 min"], [3600, "60 min"]];
  return h("label", { class: "row small" }, h("span", {}, t("Window")), h("select", {
    onchange: (event) => { setSpan(Number(event.target.value)); changed(); },
  }, choices.map(([value, text]) => h("option", { value, selected: value === seconds }, text))));
}
