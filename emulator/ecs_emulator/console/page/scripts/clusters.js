// Clusters, their services side by side, and the tasks of each on a time axis.

import { figuresOf, serviceCard } from "./service_card.js";
import { h } from "./dom.js";
import { crumbs, figures, link, nowhere, path, phase, shortId, state, table, tabs } from "./parts.js";
import { legend, spanChoice, timeline } from "./timeline.js";
import { t, clock, number } from "./words.js";

const servicesOf = (store, cluster) =>
  store.all("service").filter((each) => each.cluster === cluster).sort((a, b) => a.short.localeCompare(b.short));

/** Tasks by service; those of none under "". */
export function tasksByService(store) {
  const found = new Map();
  for (const task of store.all("task")) {
    const key = `${task.cluster}/${task.service ?? ""}`;
    if (!found.has(key)) found.set(key, []);
    found.get(key).push(task);
  }
  return found;
}

export function clusters(ctx) {
  const { store } = ctx;
  const names = store.all("cluster").map((each) => each.cluster).sort();
  const tasks = tasksByService(store);
  return [
    h("div", { class: "row spread" }, h("h1", {}, t("Clusters")), h("div", { class: "row" }, legend(), spanChoice(ctx.refresh))),
    names.length ? null : h("p", { class: "soft" }, t("There is no cluster yet.")),
    names.map((name) => {
      const services = servicesOf(store, name);
      const running = store.all("task").filter((each) => each.cluster === name && each.status === "RUNNING").length;
      return h("section", { class: "stack", key: name, "aria-label": name },
        h("div", { class: "row" }, h("h2", {}, link(path("clusters", name), name)),
          h("span", { class: "soft" }, `${t("services")}: ${number(services.length)} · ${t("tasks running")}: ${number(running)}`)),
        h("div", { class: "columns" }, services.map((each, place) => serviceCard(ctx, each, tasks.get(`${name}/${each.service}`) ?? [], place))));
    }),
  ];
}

export function cluster(ctx, name, tab = "services") {
  const { store, ui } = ctx;
  if (!store.get(`cluster/${name}`)) return [crumbs(["clusters", t("Clusters")], [null, name]), ...nowhere(ctx, name, t("There is no such cluster now."))];
  const services = servicesOf(store, name);
  const alone = store.all("task").filter((each) => each.cluster === name && !each.service);
  const chosen = services.find((each) => each.service === ui.chosenService);
  const base = path("clusters", name);
  return [
    crumbs(["clusters", t("Clusters")], [null, name]),
    h("div", { class: "row spread" }, h("h1", {}, name),
      figures([[t("services"), number(services.length)], [t("tasks running"), number(store.all("task").filter((each) => each.cluster === name && each.status === "RUNNING").length)]])),
    tabs(t("Cluster"), tab, [["services", `${base}/services`, t("Services")], ["tasks", `${base}/tasks`, t("Tasks")]]),
    tab === "services"
      ? h("section", { class: "card" },
        h("div", { class: "row spread" }, h("h2", {}, t("Services")), h("div", { class: "row" },
          !chosen && services.length > 0 && h("span", { class: "soft small" }, t("Select a service to update it.")),
          h("button", { type: "button", class: "first", disabled: !chosen, onclick: () => { location.hash = `#/${path("clusters", name, "services", chosen.service, "update")}`; } }, t("Update")))),
        table(t("Services"), [`!${t("Select")}`, t("Service"), `!${t("Status")}`, `!${t("Task definition")}`, `!${t("Tasks")}`, t("Deployments")],
          services.map((each) => h("tr", { key: each.service, class: each === chosen ? "chosen" : null },
            h("td", { class: "tight" }, h("input", { type: "checkbox", "aria-label": each.service, checked: each === chosen,
              onchange: (event) => { ui.chosenService = event.target.checked ? each.service : null; ctx.refresh(); } })),
            h("td", {}, link(path("clusters", name, "services", each.service), each.service)),
            h("td", { class: "tight" }, state(each.status)),
            h("td", { class: "tight" }, link(path("task-definitions", ...each.revision.split(":")), each.revision)),
            h("td", { class: "tight" }, figuresOf(each)),
            h("td", {}, h("span", { class: "row" }, each.deployments.map((one) => h("span", { class: "row small" }, one.revision, state(one.state)))))))))
      : h("section", { class: "card" },
        h("div", { class: "row spread" }, h("h2", {}, t("Tasks that belong to no service")), spanChoice(ctx.refresh)),
        timeline(store, t("Tasks that belong to no service"), null, alone),
        table(t("Tasks"), [`!${t("Task")}`, t("Task definition"), `!${t("Status")}`, `!${t("Started")}`, t("Reason")],
          alone.map((each) => [h("span", { class: "mono" }, shortId(each.task)), each.revision, phase(each.phase), clock(each.since), each.stop_reason]))),
  ];
}
