// Requests by revision and latency, as the load balancer counts them; each with a table behind it.

import { h, kept } from "./dom.js";
import { table, tableBehind } from "./parts.js";
import { revisionsOf, spanNow } from "./timeline.js";
import { t, clock, number } from "./words.js";

const WIDTH = 1000;
const HEIGHT = 110;

/** Samples of the window: requests a second by revision, failures, milliseconds. */
export function samples(store, service) {
  const now = store.now();
  const key = `service/${service.cluster}/${service.service}`;
  const found = [];
  const all = store.traffic();
  for (let i = all.length - 1; i >= 0 && all[i].at > now - spanNow(); i -= 1) {
    if (all[i].at > now + 0.5) continue;
    const mine = all[i].byService.get(key) ?? [];
    const groups = service.target_groups.map((arn) => all[i].groups[arn]).filter(Boolean);
    const worst = (name) => groups.reduce((high, each) => Math.max(high, each[name] ?? 0), 0) || null;
    found.push({
      at: all[i].at,
      requests: Object.fromEntries(mine.map((each) => [each.revision, each.requests])),
      failed: mine.reduce((sum, each) => sum + each.failed, 0),
      p50: worst("p50"), p99: worst("p99"),
    });
  }
  return found.reverse();
}

export const total = (sample) => Object.values(sample?.requests ?? {}).reduce((sum, each) => sum + each, 0);

export function requestChart(store, service, found, height = HEIGHT) {
  const now = store.now();
  const known = [...new Set([...revisionsOf(service).toReversed(), ...found.flatMap((each) => Object.keys(each.requests))])];
  const most = Math.max(0, ...found.map(total));
  const top = Math.max(1, most) * 1.1;
  const { x, move, base } = axis(now);
  const y = (value) => height - (value / top) * height;
  const rank = (revision) => { const at = revisionsOf(service).indexOf(revision); return at < 0 ? 3 : Math.min(at, 3); };
  const last = found.at(-1);
  // Between two samples nothing but the axis moves.
  const areas = kept(`requests ${service.arn} ${height}`, [last?.at, spanNow(), base, top, known.map(rank).join()], () => {
    const sums = found.map(() => 0);
    return [known.map((revision) => {
      const low = [...sums];
      found.forEach((each, i) => { sums[i] += each.requests[revision] ?? 0; });
      return h("path", { class: `area-${rank(revision)}`, d: area(found, (i) => y(sums[i]), (i) => y(low[i]), x) });
    }), found.some((each) => each.failed) && h("path", { class: "area-failed", d: area(found, (i) => y(found[i].failed), () => height, x) })];
  });
  return h("div", { class: "chart stack" },
    h("div", { class: "row spread" }, h("h3", {}, t("Requests a second, by revision")), h("span", { class: "soft small" }, most ? `${t("at most")} ${number(top / 1.1)}` : t("No request yet."))),
    h("svg", { viewBox: `0 0 ${WIDTH} ${height}`, height, preserveAspectRatio: "none", role: "img",
      "aria-label": `${t("Requests a second, by revision")}: ${known.map((each) => `${each} ${number(last?.requests[each] ?? 0)}`).join(", ")}` },
    h("g", { transform: move }, areas)),
    h("div", { class: "legend" }, known.map((each) => h("span", { class: `rev rev-${rank(each)}` }, `${each} ${number(last?.requests[each] ?? 0)}`)),
      h("span", {}, `${t("failed")} ${number(last?.failed ?? 0)}`)),
    behind(service.service, t("Requests a second, by revision"), [t("Time"), ...known, t("failed")],
      () => found.slice(-20).map((each) => [clock(each.at), ...known.map((one) => number(each.requests[one] ?? 0, 1)), number(each.failed, 1)])));
}

export function latencyChart(store, service, found, height = HEIGHT) {
  const now = store.now();
  const most = Math.max(0, ...found.map((each) => each.p99 ?? 0));
  const top = Math.max(5, most) * 1.1;
  const x = (at) => WIDTH - ((now - at) / spanNow()) * WIDTH;
  const last = found.at(-1);
  const milliseconds = (value) => (value == null ? "–" : `${number(value, 1)} ms`);
  return h("div", { class: "chart stack" },
    h("div", { class: "row spread" }, h("h3", {}, t("Latency at the load balancer")), h("span", { class: "soft small" }, most ? `${t("at most")} ${milliseconds(top / 1.1)}` : t("No request yet."))),
    h("svg", { viewBox: `0 0 ${WIDTH} ${height}`, height, preserveAspectRatio: "none", role: "img",
      "aria-label": `${t("Latency at the load balancer")}: p50 ${milliseconds(last?.p50)}, p99 ${milliseconds(last?.p99)}` },
    ["p99", "p50"].map((name) => h("path", { class: `curve ${name === "p99" ? "second" : ""}`, d: curve(found, name, x, (value) => height - (value / top) * height) }))),
    h("div", { class: "legend" }, h("span", { class: "rev rev-0" }, `p50 ${milliseconds(last?.p50)}`), h("span", { class: "rev rev-1" }, `p99 ${milliseconds(last?.p99)}`)),
    behind(service.service, t("Latency at the load balancer"), [t("Time"), "p50", "p99"], () => found.slice(-20).map((each) => [clock(each.at), milliseconds(each.p50), milliseconds(each.p99)])));
}

const behind = (name, label, columns, rows) => tableBehind(`${name}: ${label}`, (caption) => table(caption, columns, rows()));

/** Coordinates of a time axis: `x` in seconds since `base`, moved and stretched to where `now` is at the right edge. */
function axis(now) {
  const base = Math.floor(now / 3600) * 3600;
  const scale = WIDTH / spanNow();
  return { base, x: (at) => at - base, move: `translate(${(WIDTH - (now - base) * scale).toFixed(1)} 0) scale(${scale.toFixed(5)} 1)` };
}

function area(found, high, low, x) {
  if (!found.length) return "M0 0";
  const up = found.map((each, i) => `${x(each.at).toFixed(1)} ${high(i).toFixed(1)}`);
  const down = found.map((each, i) => `${x(each.at).toFixed(1)} ${low(i).toFixed(1)}`).reverse();
  return `M${up.join("L")}L${down.join("L")}Z`;
}

function curve(found, name, x, y) {
  let d = "";
  let isOn = false;
  for (const each of found) {
    if (each[name] == null) { isOn = false; continue; }
    d += `${isOn ? "L" : "M"}${x(each.at).toFixed(1)} ${y(each[name]).toFixed(1)}`;
    isOn = true;
  }
  return d || "M0 0";
}
