// Parts that all views are made of.

import { h } from "./dom.js";
import { t, clock, number } from "./words.js";

export const badge = (text, kind = "") => h("span", { class: `badge ${kind}` }, text);

const GOOD = /^(COMPLETED|SUCCESSFUL|ACTIVE|healthy|(CREATE|UPDATE)_COMPLETE|ROLLBACK_SUCCESSFUL)$/;
const BAD = /FAILED|unhealthy|unreachable|ROLLBACK|STOPPED/;

/** A state in AWS's own word, by what it means. */
export const state = (word) => badge(word, GOOD.test(word) ? "good" : BAD.test(word) ? "bad" : word ? "warn" : "");

export const phase = (word) => h("span", { class: `phase ${word}` }, word || "stopped");

export const link = (to, text, properties = {}) => h("a", { href: `#/${to}`, ...properties }, text);

export const path = (...parts) => parts.map(encodeURIComponent).join("/");

export const shortId = (id) => id.slice(0, 8);

export function crumbs(...parts) {
  return h("nav", { "aria-label": t("Path") },
    h("ol", { class: "crumbs" }, parts.map(([to, text]) => h("li", {}, to ? link(to, text) : h("span", { "aria-current": "page" }, text)))));
}

export function tabs(label, now, entries) {
  return h("nav", { class: "tabs", "aria-label": label },
    entries.map(([name, to, text]) => link(to, text, { "aria-current": name === now ? "page" : null })));
}

export function figures(entries) {
  return h("dl", { class: "figures" }, entries.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
}

const MOST = 100; // rows of a page, as in AWS's consoles: more would keep hands waiting
const pages = new Map(); // caption to the page that is shown

/** A table; `rows` are arrays of cells, or descriptions of rows. Columns whose name begins with ! are as narrow as can be. */
export function table(caption, columns, rows, properties = {}) {
  const page = Math.min(pages.get(caption) ?? 0, Math.max(0, Math.ceil(rows.length / MOST) - 1));
  const shown = rows.slice(page * MOST, (page + 1) * MOST);
  const tight = columns.map((name) => name.startsWith("!"));
  const cells = (row) => h("tr", {}, row.map((cell, i) => h("td", { class: tight[i] ? "tight" : null }, cell)));
  return [rows.length > MOST && pager(caption, page, shown.length, rows.length), h("div", { class: "wide", tabindex: "0", role: "region", "aria-label": caption, ...properties },
    h("table", {}, h("caption", { class: "unseen" }, caption),
      h("thead", {}, h("tr", {}, columns.map((name, i) => h("th", { scope: "col", class: tight[i] ? "tight" : null }, name.replace("!", ""))))),
      h("tbody", {}, rows.length ? shown.map((row) => (Array.isArray(row) ? cells(row) : row))
        : h("tr", { key: "none" }, h("td", { colspan: columns.length, class: "soft" }, t("None"))))))];
}

function pager(caption, page, count, all) {
  const turn = (to) => () => { pages.set(caption, to); dispatchEvent(new Event("wanted")); };
  const first = page * MOST + 1;
  return h("nav", { class: "row", "aria-label": `${caption}: ${t("Pages")}` },
    h("button", { type: "button", disabled: page === 0, onclick: turn(page - 1) }, t("Previous page")),
    h("span", { class: "soft" }, `${number(first)}–${number(first + count - 1)} / ${number(all)}`),
    h("button", { type: "button", disabled: first + count > all, onclick: turn(page + 1) }, t("Next page")));
}

/** What a view says of what there is not; nothing is known before the first state. */
export const nowhere = (ctx, name, sentence) => [h("h1", {}, name),
  h("p", { class: "soft", role: "status" }, ctx.store.range().length ? sentence : t("Connecting …"))];

const opened = new Set();

/** A picture's table, made while it is open: rows that nobody sees would cost as much as those that somebody does. */
export function tableBehind(label, make) {
  return h("details", { ontoggle: (event) => {
    if (event.currentTarget.open === opened.has(label)) return;
    if (event.currentTarget.open) opened.add(label);
    else opened.delete(label);
    dispatchEvent(new Event("wanted"));
  } }, h("summary", {}, t("As a table")), opened.has(label) && make(`${label}: ${t("As a table")}`));
}

/** A line to copy. */
export function copyable(text) {
  return h("div", { class: "line" }, h("code", { tabindex: "0", role: "group", "aria-label": t("Command") }, text),
    h("button", { type: "button", "aria-label": `${t("Copy")}: ${text}`, onclick: (event) => copy(event.currentTarget, text) }, t("Copy")));
}

async function copy(button, text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    getSelection().selectAllChildren(button.previousElementSibling);
    document.execCommand("copy");
  }
  announce(t("Copied."));
}

export function field(label, input, hint = "") {
  return h("label", { class: "field" }, h("span", {}, label), input, hint && h("span", { class: "soft small" }, hint));
}

export function check(label, properties) {
  return h("label", { class: "check" }, h("input", { type: "checkbox", ...properties }), label);
}

export function eventList(label, events) {
  return h("ul", { class: "events", tabindex: "0", role: "list", "aria-label": label }, events.length
    ? events.map((each) => h("li", { key: each.id }, h("time", { class: "soft" }, clock(each.at)),
      h("span", { class: /unable|failed|unhealthy|FAILED/.test(each.message) ? "bad" : null }, each.message)))
    : h("li", {}, h("span"), t("None")));
}

let waiting = [];
let timer = null;

/** Say something to screen readers: what comes within a second is said at once, the last few of it. */
export function announce(text) {
  if (!waiting.includes(text)) waiting.push(text);
  timer ??= setTimeout(() => {
    document.getElementById("said").textContent = waiting.slice(-4).join(" ");
    waiting = [];
    timer = null;
  }, 700);
}
