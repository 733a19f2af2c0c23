// Rows of DynamoDB's tables.

import { h } from "./dom.js";
import { awsLine } from "./lines.js";
import { copyable, crumbs, link, path, table } from "./parts.js";
import { load, problemOf } from "./wanted.js";
import { t } from "./words.js";

const MOST = 100;

export function tables(ctx) {
  const found = load(ctx, "tables", "dynamodb", "list_tables", {})?.TableNames ?? [];
  return [h("h1", {}, t("Tables")), h("section", { class: "card" }, table(t("Tables"), [t("Table")], found.map((each) => [link(path("tables", each), each)])))];
}

export function rows(ctx, name) {
  const round = ctx.ui.rounds.get(name) ?? 0;
  const input = { TableName: name, Limit: MOST };
  const keys = load(ctx, `table ${name}`, "dynamodb", "describe_table", { TableName: name })?.Table.KeySchema.map((each) => each.AttributeName) ?? [];
  const found = load(ctx, `rows ${name} ${round}`, "dynamodb", "scan", input)?.Items ?? [];
  const columns = [...new Set([...keys, ...found.flatMap((each) => Object.keys(each)).sort()])];
  const problem = problemOf(ctx, `rows ${name} ${round}`);
  return [crumbs(["tables", t("Tables")], [null, name]),
    h("div", { class: "row spread" }, h("h1", {}, name),
      h("button", { type: "button", onclick: () => { ctx.ui.rounds.set(name, round + 1); ctx.refresh(); } }, t("Read again"))),
    h("section", { class: "card" }, copyable(awsLine("dynamodb", "scan", input)), problem && h("p", { class: "problem" }, problem),
      !problem && table(t("Rows"), columns, found.map((each) => columns.map((column) => h("span", { class: "small" }, value(each[column]))))))];
}

function value(attribute) {
  if (!attribute) return "";
  const [[type, content]] = Object.entries(attribute);
  const text = ["S", "N", "BOOL", "B"].includes(type) ? String(content) : type === "NULL" ? "null" : JSON.stringify(content);
  return text.length > 160 ? `${text.slice(0, 160)}…` : text;
}
