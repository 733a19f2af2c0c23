// What can be done: a button, and beside it the line that does the same. Both come of one description of what is done.

import { h } from "./dom.js";
import { awsLine, commandLine } from "./lines.js";
import { announce, copyable } from "./parts.js";
import { call, run } from "./server.js";
import { t } from "./words.js";

/** `what` is { call: [service, operation, input] } or { command: [words] }. */
export const lineOf = (program, what) => (what.call ? awsLine(...what.call) : commandLine(program, what.command));

/** A row of button and line; `id` is where its outcome is kept, `then` hears of the answer, `idle` says why it can do nothing. */
export function doing(ctx, id, label, what, { kind = "", idle = "", then = null } = {}) {
  const outcome = ctx.ui.outcomes.get(id);
  return h("div", { class: "stack", key: id },
    h("div", { class: "do" },
      h("button", { type: "button", class: kind, disabled: idle !== "" || outcome?.isRunning === true, onclick: () => perform(ctx, id, label, what, then) }, label),
      copyable(lineOf(ctx.program, what))),
    idle && h("p", { class: "soft small" }, idle),
    told(outcome));
}

export function told(outcome) {
  if (!outcome || outcome.isRunning) return null;
  return h("p", { class: outcome.problem ? "problem" : "done", role: outcome.problem ? "alert" : null }, outcome.problem ?? outcome.done);
}

export async function perform(ctx, id, label, what, then) {
  ctx.ui.outcomes.set(id, { isRunning: true });
  ctx.refresh();
  try {
    const answer = await (what.call ? call(...what.call) : run(what.command));
    const done = what.call ? `${label}: ${t("done")}` : `${label}: ${t("it runs; what it says is below, and under Load and drills.")}`;
    ctx.ui.outcomes.set(id, { done, job: answer.job });
    announce(`${label}: ${t("done")}`);
    then?.(answer);
  } catch (problem) {
    ctx.ui.outcomes.set(id, { problem: [problem.code, problem.message].filter(Boolean).join(": ") });
  }
  ctx.refresh();
}

/** What a job says, by the id of the action that started it. */
export function jobOf(ctx, id) {
  const job = ctx.ui.outcomes.get(id)?.job;
  return job ? ctx.store.get(`job/${job}`) : null;
}
