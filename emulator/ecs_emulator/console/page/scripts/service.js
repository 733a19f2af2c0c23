// One service: its tabs are named as in AWS's console.

import { doing } from "./actions.js";
import { latencyChart, requestChart, samples, total } from "./charts.js";
import { h } from "./dom.js";
import { logView } from "./logs.js";
import { crumbs, eventList, figures, link, nowhere, path, phase, shortId, state, table, tabs } from "./parts.js";
import { deployments, figuresOf } from "./service_card.js";
import { taskActions } from "./task_actions.js";
import { legend, revisionClass, spanChoice, timeline } from "./timeline.js";
import { update } from "./update.js";
import { t, clock, number } from "./words.js";

const TABS = [["health", "Health and metrics"], ["tasks", "Tasks"], ["logs", "Logs"], ["deployments", "Deployments"], ["events", "Events"]];

export function service(ctx, cluster, name, tab = "health") {
  const each = ctx.store.get(`service/${cluster}/${name}`);
  const base = path("clusters", cluster, "services", name);
  const head = [crumbs(["clusters", t("Clusters")], [path("clusters", cluster), cluster], tab === "update" ? [base, name] : [null, name], ...(tab === "update" ? [[null, t("Update")]] : []))];
  if (!each) return [...head, ...nowhere(ctx, name, t("There is no such service now."))];
  if (tab === "update") return [...head, ...update(ctx, each)];
  const tasks = ctx.store.all("task").filter((one) => one.cluster === cluster && one.service === name);
  const views = { health, tasks: taskTab, deployments: deploymentTab, events: eventTab, logs: (_, one) => logView(ctx, one) };
  return [
    ...head,
    h("div", { class: "row spread" }, h("h1", {}, name), link(`${base}/update`, t("Update service"), { class: "button first" })),
    tabs(t("Service"), tab, TABS.map(([key, text]) => [key, `${base}/${key}`, t(text)])),
    ...(views[tab] ?? health)(ctx, each, tasks),
  ];
}

function health(ctx, each, tasks) {
  const found = samples(ctx.store, each);
  const last = found.at(-1);
  return [
    h("section", { class: "card" },
      h("div", { class: "row spread" }, figures([
        [t("running / desired"), figuresOf(each)], [t("requests a second"), number(total(last))],
        [t("failed"), number(last?.failed ?? 0)], ["p99", last?.p99 == null ? "–" : `${number(last.p99, 1)} ms`]]),
      h("div", { class: "row" }, legend(), spanChoice(ctx.refresh))),
      deployments(each),
      h("h2", {}, t("Tasks")),
      timeline(ctx.store, `${each.short}: ${t("Tasks")}`, each, tasks)),
    h("div", { class: "columns" },
      h("section", { class: "card" }, requestChart(ctx.store, each, found)),
      h("section", { class: "card" }, latencyChart(ctx.store, each, found))),
    h("div", { class: "columns" },
      h("section", { class: "card" }, h("h2", {}, t("Events")), eventList(t("Events"), each.events)),
      h("section", { class: "card" }, h("h2", {}, t("Stopped tasks")), eventList(t("Stopped tasks"), stopped(tasks)))),
  ];
}

const stopped = (tasks) => tasks.filter((one) => one.stopped).sort((a, b) => b.stopped - a.stopped).slice(0, 20)
  .map((one) => ({ id: one.task, at: one.stopped, message: `${shortId(one.task)} ${one.revision}: ${one.stop_reason}` }));

function taskTab(ctx, each, tasks) {
  const there = tasks.filter((one) => one.status !== "STOPPED");
  const gone = tasks.filter((one) => one.status === "STOPPED");
  const wanted = ctx.ui.taskFilter === "stopped" ? gone : there;
  const chosen = there.find((one) => one.task === ctx.ui.chosenTask);
  const choose = (name) => () => { ctx.ui.taskFilter = name; ctx.refresh(); };
  return [
    h("section", { class: "card" },
      h("div", { class: "row spread" }, h("h2", {}, t("Tasks")), h("div", { class: "row" },
        h("button", { type: "button", "aria-pressed": String(wanted === there), onclick: choose("running") }, `${t("Running")} (${number(there.length)})`),
        h("button", { type: "button", "aria-pressed": String(wanted === gone), onclick: choose("stopped") }, `${t("Stopped")} (${number(gone.length)})`))),
      timeline(ctx.store, `${each.short}: ${t("Tasks")}`, each, tasks),
      table(t("Tasks"), [`!${t("Select")}`, `!${t("Task")}`, `!${t("Task definition")}`, `!${t("Last status")}`, `!${t("Health")}`, `!${t("Started")}`, `!${t("Address")}`, t("Reason")],
        wanted.toSorted((a, b) => b.created - a.created).map((one) => h("tr", { key: one.task, class: one === chosen ? "chosen" : null },
          h("td", { class: "tight" }, h("input", { type: "radio", name: "task", "aria-label": `${t("Task")} ${shortId(one.task)}`, checked: one === chosen, disabled: one.status === "STOPPED",
            onchange: () => { ctx.ui.chosenTask = one.task; ctx.refresh(); } })),
          h("td", { class: "tight mono" }, shortId(one.task)),
          h("td", { class: "tight" }, h("span", { class: `rev ${revisionClass(each, one.revision)}` }, one.revision)),
          h("td", { class: "tight" }, one.status), h("td", { class: "tight" }, phase(one.phase)), h("td", { class: "tight" }, clock(one.started)),
          h("td", { class: "tight mono" }, one.address), h("td", {}, [one.reason, one.description, one.stop_reason].filter(Boolean).join(" ")))))),
    taskActions(ctx, each, chosen),
  ];
}

function deploymentTab(ctx, each) {
  const current = each.service_deployments[0];
  const isUnderWay = current && ["PENDING", "IN_PROGRESS", "ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS", "STOP_REQUESTED"].includes(current.status);
  const idle = isUnderWay ? "" : t("No deployment is under way.");
  const stop = (kind) => ({ call: ["ecs", "stop_service_deployment", { serviceDeploymentArn: current?.arn ?? "", stopType: kind }] });
  return [
    h("section", { class: "card" }, h("h2", {}, t("Current deployments")), deployments(each)),
    h("section", { class: "card" }, h("h2", {}, t("Service deployments")),
      table(t("Service deployments"), [`!${t("Created")}`, `!${t("Status")}`, `!${t("Task definition")}`, `!${t("Finished")}`, `!${t("Failed tasks")}`, t("Reason")],
        each.service_deployments.map((one) => [clock(one.created), state(one.status), one.revision, clock(one.finished), `${one.failures} / ${one.threshold}`, one.reason]))),
    h("section", { class: "card" }, h("h2", {}, t("Actions")),
      current && doing(ctx, `roll back deployment ${each.service}`, t("Roll back deployment"), stop("ROLLBACK"), { idle }),
      current && doing(ctx, `stop deployment ${each.service}`, t("Stop deployment"), stop("ABORT"), { kind: "danger", idle }),
      doing(ctx, `rollback ${each.service}`, t("Roll back service"), { command: ["rollback", each.service, "--cluster", each.cluster] })),
  ];
}

const eventTab = (_, each) => [h("section", { class: "card" }, h("h2", {}, t("Events")), eventList(t("Events"), each.events))];
