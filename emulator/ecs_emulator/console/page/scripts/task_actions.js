// What can be done to one task: by ECS, and as faults that the emulator makes from outside.

import { doing } from "./actions.js";
import { h } from "./dom.js";
import { shortId } from "./parts.js";
import { t } from "./words.js";

const FAULT_TAG = "ecs-emulator:fault";
const LABELS = { unhealthy: () => t("Make unhealthy"), slow: () => t("Make slow"), "cut-off": () => t("Cut off") };

export function taskActions(ctx, service, task) {
  if (!task) return h("section", { class: "card" }, h("h2", {}, t("Actions")), h("p", { class: "soft" }, t("Select a task to stop it, or to make a fault of it.")));
  const fault = (name) => ({ command: ["fault", name, service.service, "--cluster", service.cluster, "--task", task.task] });
  const tagged = (name) => ({ call: ["ecs", "tag_resource", { resourceArn: task.arn, tags: [{ key: FAULT_TAG, value: name }] }] });
  const rows = [
    [t("Stop task"), { call: ["ecs", "stop_task", { cluster: task.cluster, task: task.task, reason: "Stopped in the console" }] }, "danger"],
    ...ctx.about.faults.filter((name) => task.tags[FAULT_TAG] !== name).map((name) => [LABELS[name]?.() ?? name, tagged(name)]),
    ...(FAULT_TAG in task.tags ? [[t("Make healthy"), { call: ["ecs", "untag_resource", { resourceArn: task.arn, tagKeys: [FAULT_TAG] }] }]] : []),
    [t("Pause task"), fault("pause")],
    [t("Resume"), fault("resume")],
    [t("Kill"), fault("kill"), "danger"],
  ];
  return h("section", { class: "card", key: task.task },
    h("h2", {}, `${t("Actions on task")} ${shortId(task.task)}`),
    rows.map(([label, what, kind]) => doing(ctx, `${task.task} ${label}`, label, what, { kind })),
    h("details", {}, h("summary", {}, t("Containers")), h("ul", {}, task.containers.map((each) => h("li", {}, `${each.name}: ${each.image} ${each.status}`)))));
}
