// Stacks of CloudFormation with their resources, events and outputs.

import { h } from "./dom.js";
import { awsLine } from "./lines.js";
import { copyable, crumbs, link, nowhere, path, state, table, tabs } from "./parts.js";
import { load } from "./wanted.js";
import { t, clock } from "./words.js";

export function stacks(ctx) {
  return [h("h1", {}, t("Stacks")), h("section", { class: "card" },
    table(t("Stacks"), [t("Stack"), `!${t("Status")}`, `!${t("Created")}`, `!${t("Resources")}`, t("Reason")],
      ctx.store.all("stack").toSorted((a, b) => b.created - a.created).map((each) => [link(path("stacks", each.stack), each.stack), state(each.status), clock(each.created), each.resources, each.reason])))];
}

export function stack(ctx, name, tab = "resources") {
  const each = ctx.store.get(`stack/${name}`);
  if (!each) return [crumbs(["stacks", t("Stacks")], [null, name]), ...nowhere(ctx, name, t("There is no such stack now."))];
  const of = `${name} ${each.status} ${each.events}`;
  const base = path("stacks", name);
  const views = {
    resources: () => [awsLine("cloudformation", "describe_stack_resources", { StackName: name }),
      table(t("Resources"), [t("Logical ID"), t("Type"), `!${t("Status")}`, t("Physical ID")],
        (load(ctx, `resources ${of}`, "cloudformation", "describe_stack_resources", { StackName: name })?.StackResources ?? [])
          .map((one) => [one.LogicalResourceId, one.ResourceType, state(one.ResourceStatus), h("span", { class: "small" }, one.PhysicalResourceId)]))],
    events: () => [awsLine("cloudformation", "describe_stack_events", { StackName: name }),
      table(t("Events"), [`!${t("Time")}`, t("Logical ID"), `!${t("Status")}`, t("Reason")],
        (load(ctx, `events ${of}`, "cloudformation", "describe_stack_events", { StackName: name })?.StackEvents ?? [])
          .map((one) => [clock(one.Timestamp), one.LogicalResourceId, state(one.ResourceStatus), one.ResourceStatusReason]))],
    outputs: () => [awsLine("cloudformation", "describe_stacks", { StackName: name }),
      table(t("Outputs"), [t("Key"), t("Value"), t("Description")],
        (load(ctx, `outputs ${of}`, "cloudformation", "describe_stacks", { StackName: name })?.Stacks[0]?.Outputs ?? [])
          .map((one) => [one.OutputKey, one.OutputValue, one.Description]))],
  };
  const [line, shown] = (views[tab] ?? views.resources)();
  return [crumbs(["stacks", t("Stacks")], [null, name]),
    h("div", { class: "row" }, h("h1", {}, name), state(each.status)),
    tabs(t("Stack"), tab, [["resources", `${base}/resources`, t("Resources")], ["events", `${base}/events`, t("Events")], ["outputs", `${base}/outputs`, t("Outputs")]]),
    h("section", { class: "card" }, copyable(line), shown)];
}
