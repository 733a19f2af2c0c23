// Load balancers: rules with their weights, targets with the reason of their state, and the rule that takes a request.

import { doing } from "./actions.js";
import { h } from "./dom.js";
import { badge, field, phase, shortId, table } from "./parts.js";
import { post } from "./server.js";
import { t, number } from "./words.js";

export function balancing(ctx) {
  const { store } = ctx;
  const listeners = new Map();
  for (const rule of store.all("rule")) {
    if (!listeners.has(rule.listener)) listeners.set(rule.listener, []);
    listeners.get(rule.listener).push(rule);
  }
  const order = (rule) => (rule.priority === "default" ? Infinity : Number(rule.priority));
  return [
    h("h1", {}, t("Load balancers")),
    [...listeners].map(([arn, rules]) => h("section", { class: "card", key: arn },
      h("div", { class: "row" }, h("h2", {}, `${rules[0].load_balancer} ${rules[0].protocol}:${rules[0].port}`), badge(`${t("rules")}: ${number(rules.length)}`)),
      which(ctx, arn),
      table(t("Listener rules"), [`!${t("Priority")}`, t("Conditions"), t("Action"), `!${t("Traffic")}`],
        rules.toSorted((a, b) => order(a) - order(b)).map((rule) => h("tr", { key: rule.arn, class: ctx.ui.which.get(arn)?.rule === rule.arn ? "taken" : null },
          h("td", { class: "tight" }, rule.priority), h("td", {}, conditions(rule)), h("td", {}, rule.actions.map((each) => actionText(store, each)).join("; ")), h("td", { class: "tight" }, shares(rule))))),
      rules.filter((rule) => weights(rule).length > 1).map((rule) => shift(ctx, rule)))),
    targets(store),
  ];
}

function conditions(rule) {
  if (!rule.conditions.length) return h("span", { class: "soft" }, t("everything else"));
  return rule.conditions.map((each) => {
    const config = Object.entries(each).find(([name]) => name.endsWith("Config"))?.[1] ?? {};
    const values = config.Values ?? config.RegexValues ?? each.Values ?? each.RegexValues ?? [];
    const text = values.map((value) => (typeof value === "object" ? `${value.Key ?? "*"}=${value.Value}` : value)).join(` ${t("or")} `);
    return h("div", {}, h("span", { class: "soft" }, `${each.Field}${config.HttpHeaderName ? ` ${config.HttpHeaderName}` : ""} `), h("code", {}, text));
  });
}

const groupName = (store, arn) => store.get(`group/${arn}`)?.name ?? arn;

function actionText(store, each) {
  if (each.Type === "fixed-response") return `${each.Type} ${each.FixedResponseConfig.StatusCode}`;
  if (each.Type === "redirect") return `${each.Type} ${each.RedirectConfig.StatusCode}`;
  return `${each.Type} ${weightsOf(each).map(({ arn }) => groupName(store, arn)).join(", ")}`;
}

const weightsOf = (action) => (action.Type !== "forward" ? []
  : (action.ForwardConfig?.TargetGroups ?? [{ TargetGroupArn: action.TargetGroupArn }]).map((each) => ({ arn: each.TargetGroupArn, weight: each.Weight ?? 1 })));

const weights = (rule) => rule.actions.flatMap(weightsOf);

function shares(rule) {
  const all = weights(rule);
  const sum = all.reduce((total, each) => total + each.weight, 0);
  return all.map((each) => `${number(sum ? (100 * each.weight) / sum : 0)} %`).join(" / ");
}

function shift(ctx, rule) {
  const form = (ctx.ui.forms[`weights ${rule.arn}`] ??= {});
  const groups = weights(rule).map((each) => ({ TargetGroupArn: each.arn, Weight: Number(form[each.arn] ?? each.weight) }));
  const actions = [{ Type: "forward", ForwardConfig: { TargetGroups: groups } }];
  const what = rule.priority === "default"
    ? { call: ["elbv2", "modify_listener", { ListenerArn: rule.listener, DefaultActions: actions }] }
    : { call: ["elbv2", "modify_rule", { RuleArn: rule.arn, Actions: actions }] };
  return h("fieldset", { key: `weights ${rule.arn}` }, h("legend", {}, `${t("Weights of rule")} ${rule.priority}`),
    h("div", { class: "fields" }, groups.map((each) => field(groupName(ctx.store, each.TargetGroupArn),
      h("input", { type: "number", min: 0, max: 999, value: each.Weight, oninput: (event) => { form[each.TargetGroupArn] = event.target.value; ctx.refresh(); } })))),
    doing(ctx, `weights ${rule.arn}`, t("Shift weights"), what, { kind: "first" }));
}

function which(ctx, listener) {
  const form = (ctx.ui.forms[`which ${listener}`] ??= { method: "GET", path: "/", host: "localhost" });
  const set = (name) => (event) => { form[name] = event.target.value; };
  const ask = async (event) => {
    event.preventDefault();
    try {
      ctx.ui.which.set(listener, await post("/api/which-rule", { ...form, listener }));
    } catch (problem) {
      ctx.ui.which.set(listener, { problem: problem.message });
    }
    ctx.refresh();
  };
  const found = ctx.ui.which.get(listener);
  const rule = found?.rule && ctx.store.get(`rule/${found.rule}`);
  return h("form", { class: "stack", onsubmit: ask },
    h("h3", {}, t("Which rule would take this request?")),
    h("div", { class: "fields" },
      field(t("Method"), h("input", { value: form.method, oninput: set("method") })),
      field(t("Path and query"), h("input", { value: form.path, oninput: set("path"), spellcheck: "false" })),
      field(t("Host"), h("input", { value: form.host, oninput: set("host"), spellcheck: "false" })),
      h("button", { type: "submit" }, t("Ask"))),
    h("p", { role: "status", class: found?.problem ? "problem" : found ? "done" : "unseen" },
      found?.problem ?? (rule ? `${t("Rule")} ${rule.priority}: ${rule.actions.map((each) => actionText(ctx.store, each)).join("; ")}` : "")));
}

function targets(store) {
  const tasks = store.all("task").filter((each) => each.health);
  return h("section", { class: "card" }, h("h2", {}, t("Targets")),
    table(t("Targets"), [`!${t("Health")}`, `!${t("Task")}`, `!${t("Task definition")}`, `!${t("Address")}`, t("Reason")],
      tasks.map((each) => [phase(each.health), h("span", { class: "mono" }, shortId(each.task)), each.revision, h("span", { class: "mono" }, each.address), [each.reason, each.description].filter(Boolean).join(" ")])));
}
