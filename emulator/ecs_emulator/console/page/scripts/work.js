// Load, drills, and what the commands say that were started here.

import { doing } from "./actions.js";
import { h } from "./dom.js";
import { badge, field, copyable } from "./parts.js";
import { stopJob } from "./server.js";
import { t, clock } from "./words.js";

export function work(ctx) {
  const form = (ctx.ui.forms.load ??= { url: ctx.about.url, clients: "8", lasting: "5m", route: "GET /" });
  const set = (name) => (event) => { form[name] = event.target.value; ctx.refresh(); };
  const command = ["load", form.url, "--clients", form.clients || "1", "--for", form.lasting || "60s", ...(form.route ? ["--only", form.route] : [])];
  const jobs = ctx.store.entries("job").toSorted(([, a], [, b]) => b.began - a.began);
  return [
    h("h1", {}, t("Load and drills")),
    h("div", { class: "columns" },
      h("section", { class: "card" }, h("h2", {}, t("Load")),
        h("div", { class: "fields" },
          field(t("Address"), h("input", { value: form.url, oninput: set("url"), spellcheck: "false" })),
          field(t("Clients"), h("input", { type: "number", min: 1, max: 4096, value: form.clients, oninput: set("clients") })),
          field(t("For"), h("input", { value: form.lasting, oninput: set("lasting") })),
          field(t("Request"), h("input", { value: form.route, oninput: set("route"), spellcheck: "false" }))),
        doing(ctx, "load", t("Start load"), { command }, { kind: "first" })),
      h("section", { class: "card" }, h("h2", {}, t("Drills")),
        h("p", { class: "soft" }, t("Each has an emulator of its own, beside this one, and judges what visitors noticed.")),
        ctx.about.drills.map((words) => doing(ctx, `drill ${words[0]}`, words[0], { command: ["drill", ...words] })))),
    h("section", { class: "card" }, h("h2", {}, t("Commands")),
      jobs.length ? jobs.map(([, each]) => h("article", { class: "stack", key: each.job, "aria-label": each.line }, copyable(each.line), said(each)))
        : h("p", { class: "soft" }, t("None was started here yet."))),
  ];
}

/** What a job says, and a button that ends it. */
export function said(job) {
  const isRunning = job.exit_code === null;
  return h("div", { class: "stack" },
    h("div", { class: "row" }, h("span", { class: "soft small" }, `${job.verb} ${clock(job.began)}`),
      isRunning ? badge(t("running"), "warn") : badge(job.exit_code === 0 ? t("done") : `${t("exit code")} ${job.exit_code}`, job.exit_code === 0 ? "good" : "bad"),
      isRunning && h("button", { type: "button", onclick: () => stopJob(job.job) }, job.verb === "load" ? t("End load") : t("Stop"))),
    job.said.length > 0 && h("pre", { class: "said", tabindex: "0", role: "region", "aria-label": `${t("Output")} ${job.job}: ${job.verb}` }, job.said.slice(-25).join("\n")));
}
