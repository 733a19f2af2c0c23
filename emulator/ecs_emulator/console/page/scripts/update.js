// The screen Update of a service: a revision that exists, or a new one with another image and other variables.

import { doing, jobOf } from "./actions.js";
import { h } from "./dom.js";
import { check, field } from "./parts.js";
import { said } from "./work.js";
import { load } from "./wanted.js";
import { t } from "./words.js";

// What such a command says last: a tag or a whole reference.
const IMAGE = /^[\w.:@/-]+$/;

export function update(ctx, service) {
  const form = (ctx.ui.forms[`update ${service.service}`] ??= { revision: "", desired: "", force: false, image: "", variables: "" });
  const [family] = service.revision.split(":");
  const revisions = load(ctx, `revisions ${family} ${service.deployments[0]?.revision}`, "ecs", "list_task_definitions", { familyPrefix: family, sort: "DESC" })
    ?.taskDefinitionArns.map((arn) => arn.slice(arn.lastIndexOf("/") + 1)) ?? [service.revision];
  const set = (name) => (event) => { form[name] = event.target.type === "checkbox" ? event.target.checked : event.target.value; ctx.refresh(); };
  const back = () => { location.hash = `#/${["clusters", service.cluster, "services", service.service, "tasks"].map(encodeURIComponent).join("/")}`; };
  const request = {
    cluster: service.cluster, service: service.service,
    ...(form.revision && form.revision !== service.revision ? { taskDefinition: form.revision } : {}),
    ...(form.desired !== "" && Number(form.desired) !== service.desired ? { desiredCount: Number(form.desired) } : {}),
    ...(form.force ? { forceNewDeployment: true } : {}),
  };
  const variables = form.variables.split("\n").map((each) => each.trim()).filter(Boolean);
  const command = ["update", service.service, "--cluster", service.cluster,
    ...(form.image ? ["--image", form.image.trim()] : []), ...variables.flatMap((each) => ["--env", each])];
  const push = ctx.about.verbs.includes("push") ? jobOf(ctx, "push") : null;
  const pushed = push?.exit_code === 0 ? push.said.findLast((each) => IMAGE.test(each.trim()))?.trim() : null;
  const job = jobOf(ctx, `update revision ${service.service}`);
  return [
    h("h1", {}, `${t("Update")} ${service.service}`),
    h("div", { class: "columns" },
      h("div", { class: "stack" }, h("fieldset", {}, h("legend", {}, t("Deployment configuration")),
        h("div", { class: "fields" },
          field(t("Task definition revision"), h("select", { onchange: set("revision") },
            revisions.map((each) => h("option", { value: each, selected: each === (form.revision || service.revision) }, each)))),
          field(t("Desired tasks"), h("input", { type: "number", min: 0, max: 5000, value: form.desired === "" ? service.desired : form.desired, oninput: set("desired") })),
          check(t("Force new deployment"), { checked: form.force, onchange: set("force") })),
        doing(ctx, `update service ${service.service}`, t("Update"), { call: ["ecs", "update_service", request] }, { kind: "first", idle: Object.keys(request).length < 3 ? t("Nothing is changed yet.") : "", then: back })),
      h("fieldset", {}, h("legend", {}, t("Roll back")),
        doing(ctx, `rollback here ${service.service}`, t("Roll back service"), { command: ["rollback", service.service, "--cluster", service.cluster] }),
        jobOf(ctx, `rollback here ${service.service}`) && said(jobOf(ctx, `rollback here ${service.service}`)))),
      h("fieldset", {}, h("legend", {}, t("New revision")),
        ctx.about.verbs.includes("push") && [
          doing(ctx, "push", t("Push image"), { command: ["push"] }),
          push && said(push),
          pushed && h("button", { type: "button", onclick: () => { form.image = pushed; ctx.refresh(); } }, t("Use this image")),
        ],
        field(t("Image"), h("input", { type: "text", value: form.image, oninput: set("image"), autocomplete: "off", spellcheck: "false" }), t("A tag of the image's repository, or a whole image reference.")),
        field(t("Environment variables"), h("textarea", { rows: 3, value: form.variables, oninput: set("variables"), spellcheck: "false" }), t("One a line, such as GREETING=hello")),
        doing(ctx, `update revision ${service.service}`, t("Create revision and update"), { command }, { kind: "first", idle: command.length < 5 ? t("Say an image or a variable.") : "" }),
        job && said(job))),
  ];
}
