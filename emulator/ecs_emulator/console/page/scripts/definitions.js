// Task definitions: families, revisions, and the difference between two.

import { h } from "./dom.js";
import { copyable, crumbs, field, link, nowhere, path, table } from "./parts.js";
import { awsLine } from "./lines.js";
import { load } from "./wanted.js";
import { t } from "./words.js";

// What changes with every revision, whatever is in it.
const OWN = new Set(["taskDefinitionArn", "revision", "registeredAt", "registeredBy", "status", "requiresAttributes", "compatibilities"]);

export function families(ctx) {
  const now = ctx.store.all("service").map((each) => each.revision).join();
  const found = load(ctx, `families ${now}`, "ecs", "list_task_definition_families", {})?.families ?? [];
  const running = (family) => [...new Set(ctx.store.all("task").filter((each) => each.status === "RUNNING" && each.revision.startsWith(`${family}:`)).map((each) => each.revision))];
  return [h("h1", {}, t("Task definitions")),
    h("section", { class: "card" }, table(t("Task definitions"), [t("Family"), t("Running revisions")],
      found.map((each) => [link(path("task-definitions", each), each), running(each).join(", ")])))];
}

export function family(ctx, name, revision) {
  const now = ctx.store.all("service").map((each) => each.revision).join();
  const answer = load(ctx, `revisions ${name} ${now}`, "ecs", "list_task_definitions", { familyPrefix: name, sort: "DESC" });
  const found = answer?.taskDefinitionArns.map((arn) => arn.slice(arn.lastIndexOf("/") + 1)).filter((each) => each.startsWith(`${name}:`)) ?? [];
  if (answer && !found.length) return [crumbs(["task-definitions", t("Task definitions")], [null, name]), ...nowhere(ctx, name, t("There is no such task definition now."))];
  const form = (ctx.ui.forms[`family ${name}`] ??= { left: "", right: "" });
  const right = form.right || (revision ? `${name}:${revision}` : found[0]) || "";
  const left = form.left || found[found.indexOf(right) + 1] || right;
  const choose = (side, value) => field(side === "left" ? t("From revision") : t("To revision"),
    h("select", { onchange: (event) => { form[side] = event.target.value; ctx.refresh(); } },
      found.map((each) => h("option", { value: each, selected: each === value }, each))));
  const [before, after] = [left, right].map((each) => (each ? shown(load(ctx, `definition ${each}`, "ecs", "describe_task_definition", { taskDefinition: each })) : []));
  const lines = difference(before, after);
  const changed = lines.filter((each) => each.sign !== " ").length;
  return [crumbs(["task-definitions", t("Task definitions")], [null, name]), h("h1", {}, name),
    h("section", { class: "card" },
      h("div", { class: "fields" }, choose("left", left), choose("right", right)),
      right && copyable(awsLine("ecs", "describe_task_definition", { taskDefinition: right })),
      h("p", { class: "soft", role: "status" }, changed ? `${changed} ${t("lines differ.")}` : t("No difference.")),
      h("div", { class: "diff", tabindex: "0", role: "region", "aria-label": t("Difference") },
        lines.map((each, i) => h("div", { key: i, class: { "+": "added", "-": "removed" }[each.sign] ?? null }, `${each.sign} ${each.text}`))))];
}

function shown(answer) {
  if (!answer) return [];
  const own = Object.entries(answer.taskDefinition).filter(([name]) => !OWN.has(name)).sort(([a], [b]) => a.localeCompare(b));
  return JSON.stringify(Object.fromEntries(own), null, 2).split("\n");
}

/** Lines of two texts with what was added and removed, by their longest common subsequence. */
export function difference(before, after) {
  const longest = Array.from({ length: before.length + 1 }, () => new Uint16Array(after.length + 1));
  for (let i = before.length - 1; i >= 0; i -= 1) {
    for (let j = after.length - 1; j >= 0; j -= 1) {
      longest[i][j] = before[i] === after[j] ? longest[i + 1][j + 1] + 1 : Math.max(longest[i + 1][j], longest[i][j + 1]);
    }
  }
  const lines = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    if (i < before.length && j < after.length && before[i] === after[j]) {
      lines.push({ sign: " ", text: before[i] });
      [i, j] = [i + 1, j + 1];
    } else if (i < before.length && (j >= after.length || longest[i + 1][j] >= longest[i][j + 1])) {
      lines.push({ sign: "-", text: before[i] });
      i += 1;
    } else {
      lines.push({ sign: "+", text: after[j] });
      j += 1;
    }
  }
  return lines;
}
