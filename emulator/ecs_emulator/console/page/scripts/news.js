// What a change means, in a sentence for screen readers.

import { shortId } from "./parts.js";
import { t } from "./words.js";

const TOLD = new Set(["healthy", "unhealthy", "unreachable", "draining", "stopping", ""]);

export function news(store, set) {
  const said = [];
  for (const [key, facts] of Object.entries(set)) {
    const before = store.get(key);
    if (!before) continue;
    if (key.startsWith("task/") && facts.phase !== before.phase && TOLD.has(facts.phase)) {
      said.push(`${t("Task")} ${shortId(facts.task)} ${facts.phase || "stopped"}.`);
    }
    if (key.startsWith("service/")) {
      for (const each of facts.deployments) {
        const old = before.deployments.find((one) => one.revision === each.revision);
        if (old?.state !== each.state) said.push(`${facts.short} ${each.revision} ${each.state}.`);
      }
    }
    if (key.startsWith("stack/") && facts.status !== before.status) said.push(`${facts.stack} ${facts.status}.`);
  }
  return said;
}
