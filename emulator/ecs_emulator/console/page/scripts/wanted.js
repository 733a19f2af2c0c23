// Answers of AWS that a view needs and the state does not have: asked for once, again when their name changes.

import { call } from "./server.js";

/** The answer of a call by a name that says what it is of; null until it is there, and `problem` in it where it failed. */
export function load(ctx, name, service, operation, input) {
  const { answers } = ctx.ui;
  if (!answers.has(name)) {
    // Not for ever: names with a version in them would add up.
    if (answers.size > 200) answers.clear();
    answers.set(name, null);
    call(service, operation, input).then(
      (answer) => answers.set(name, answer),
      (problem) => answers.set(name, { problem: problem.message }),
    ).finally(ctx.refresh);
  }
  const answer = answers.get(name);
  return answer?.problem ? null : answer;
}

export const problemOf = (ctx, name) => ctx.ui.answers.get(name)?.problem;
