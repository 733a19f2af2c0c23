// Log events of all tasks, merged, filtered by a pattern, followed.

import { h } from "./dom.js";
import { awsLine } from "./lines.js";
import { copyable, field, shortId } from "./parts.js";
import { stream } from "./server.js";
import { load } from "./wanted.js";
import { t, clock } from "./words.js";

const MOST = 1000;
let following = null; // { group, pattern, lines, problem, stop }

export function stopFollowing() {
  following?.stop.abort();
  following = null;
}

export function logs(ctx) {
  return [h("h1", {}, t("Log groups")), ...logView(ctx, null)];
}

/** The log of a group, by its pattern; for a service, of the group its containers write to. */
export function logView(ctx, service) {
  const groups = load(ctx, "log groups", "logs", "describe_log_groups", {})?.logGroups.map((each) => each.logGroupName) ?? [];
  const definition = service && load(ctx, `definition ${service.revision}`, "ecs", "describe_task_definition", { taskDefinition: service.revision });
  const own = definition?.taskDefinition.containerDefinitions.map((each) => each.logConfiguration?.options?.["awslogs-group"]).find(Boolean);
  const form = (ctx.ui.forms[`logs ${service?.service ?? ""}`] ??= { group: "", pattern: "", typed: "" });
  const group = form.group || own || groups[0] || "";
  if (group && (!service || own || form.group)) follow(ctx, group, form.pattern);
  const lines = following?.lines ?? [];
  const apply = (event) => { event.preventDefault(); form.pattern = form.typed; ctx.refresh(); };
  return [h("section", { class: "card" },
    h("form", { class: "fields", onsubmit: apply },
      field(t("Log group"), h("select", { onchange: (event) => { form.group = event.target.value; ctx.refresh(); } },
        [...new Set([group, ...groups])].filter(Boolean).map((each) => h("option", { value: each, selected: each === group }, each)))),
      field(t("Filter pattern"), h("input", { type: "search", value: form.typed, spellcheck: "false", oninput: (event) => { form.typed = event.target.value; } })),
      h("button", { type: "submit" }, t("Filter"))),
    group && copyable(awsLine("logs", "filter_log_events", { logGroupName: group, ...(form.pattern ? { filterPattern: form.pattern } : {}) })),
    following?.problem && h("p", { class: "problem", role: "alert" }, following.problem),
    h("ol", { class: "log", tabindex: "0", "aria-label": t("Log events") }, lines.length
      ? lines.map((each) => each.described ??= h("li", { key: each.key }, h("time", { class: "soft" }, clock(each.at)),
        h("span", { class: "soft", title: each.stream }, shortId(each.stream.slice(each.stream.lastIndexOf("/") + 1))), h("span", {}, each.text)))
      : h("li", { key: "none" }, h("span"), h("span"), t("No event yet."))))];
}

function follow(ctx, group, pattern) {
  if (following?.group === group && following.pattern === pattern) return;
  stopFollowing();
  const mine = { group, pattern, lines: [], problem: "", stop: new AbortController() };
  following = mine;
  let count = 0;
  const path = `/api/logs?${new URLSearchParams({ group, pattern, since: "1h" })}`;
  stream(path, (name, content) => {
    if (name === "problem") mine.problem = content.message;
    else mine.lines = [...mine.lines, ...content.map((each) => ({ ...each, key: (count += 1) }))].slice(-MOST);
    ctx.refresh();
    requestAnimationFrame(() => requestAnimationFrame(toEnd));
  }, mine.stop.signal).catch((problem) => {
    if (problem.name !== "AbortError") { mine.problem = problem.message; ctx.refresh(); }
  });
}

function toEnd() {
  const log = document.querySelector(".log");
  if (log && !log.matches(":hover, :focus")) log.scrollTop = log.scrollHeight;
}
