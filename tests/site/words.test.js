// Every word of the page exists in every language, is used, and says the same as the HTML.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

import en from "../../static-site/scripts/words/en.js";
import ko from "../../static-site/scripts/words/ko.js";
import zh from "../../static-site/scripts/words/zh.js";

const site = new URL("../../static-site/", import.meta.url);
const read = (path) => readFileSync(new URL(path, site), "utf8");
const html = read("index.html");
const scripts = readdirSync(new URL("scripts/", site)).filter((name) => name.endsWith(".js"));
const source = scripts.map((name) => read(`scripts/${name}`)).join("\n");

const languages = { ko, zh };
const formsOf = (form) => (typeof form === "string" ? { other: form } : form);
const gapsOf = (form) => [...new Set(Object.values(formsOf(form)).join(" ").match(/\{\w+(?=[|}])/g))].sort();

// Keys that scripts put together, with all that may stand in the gap.
const KINDS = ["offline", "unreachable", "slow", "missing", "clash", "busy", "broken", "copy", "nomatch", "nobody", "unsettled", "alone"];
const COMPOSED = {
  "problem.${kind}.title": KINDS.map((kind) => `problem.${kind}.title`),
  "problem.${kind}.advice": KINDS.map((kind) => `problem.${kind}.advice`),
  "finder.${axis}": ["finder.goodevil", "finder.lawchaos"],
  "${now.page}.title": ["mine.title", "community.title"],
  "share.${done}": ["share.copied", "share.failed"],
  "${axis}.${value}": Object.keys(en).filter((key) => /^(goodevil|lawchaos)\./.test(key)),
};

const quoted = new Set([...source.matchAll(/"([a-z-]+\.[\w.-]+)"/g)].map(([, text]) => text));
const inHtml = [...html.matchAll(/data-word(?:-label|-placeholder)?="([^"]+)"/g)].map(([, key]) => key);
const composed = [...source.matchAll(/t\(`([^`]+)`/g)].map(([, template]) => template);
const used = new Set([...inHtml, ...[...quoted].filter((key) => key in en), ...composed.flatMap((key) => COMPOSED[key] ?? [])]);

test("each language has the keys of English and no others", () => {
  for (const [language, words] of Object.entries(languages)) {
    assert.deepEqual(Object.keys(en).sort(), Object.keys(words).sort(), language);
  }
});

test("each sentence has the same gaps in every language, and a form for every number", () => {
  for (const [language, words] of Object.entries({ en, ...languages })) {
    for (const [key, form] of Object.entries(words)) {
      assert.deepEqual(gapsOf(en[key]), gapsOf(form), `${language} ${key}`);
      assert.ok(Object.values(formsOf(form)).every((text) => text.trim()), `${language} ${key} is empty`);
      if (typeof form === "string") continue;
      const plurals = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
      assert.deepEqual([...plurals].sort(), Object.keys(form).sort(), `${language} ${key}`);
    }
  }
});

test("no key that is asked for is missing", () => {
  assert.deepEqual([], inHtml.filter((key) => !(key in en)));
  const asked = [...source.matchAll(/\bt\("([^"]+)"/g)].map(([, key]) => key);
  assert.deepEqual([], asked.filter((key) => !(key in en)));
  assert.deepEqual([], composed.filter((key) => !(key in COMPOSED)), "list these in COMPOSED");
  assert.deepEqual([], Object.values(COMPOSED).flat().filter((key) => !(key in en)));
});

test("no key is unused", () => {
  assert.deepEqual([], Object.keys(en).filter((key) => !used.has(key)));
});

test("every kind of problem that a script names has words", () => {
  const telling = scripts.filter((name) => name !== "share.js").map((name) => read(`scripts/${name}`)).join("\n");
  const named = [...telling.matchAll(/kind: "(\w+)"|return (?:onLine \? )?"(\w+)"|: "(offline)"/g)].map((match) => match.slice(1).find(Boolean));
  assert.ok(named.length > 8);
  assert.deepEqual([], named.filter((kind) => !KINDS.includes(kind)));
});

test("the HTML says what the English words say", () => {
  for (const [, key, text] of html.matchAll(/data-word="([^"]+)"[^>]*>([^<]+)</g)) assert.equal(en[key], text, key);
  for (const [, label, key] of html.matchAll(/aria-label="([^"]+)" data-word-label="([^"]+)"/g)) assert.equal(en[key], label, key);
  for (const [, hint, key] of html.matchAll(/placeholder="([^"]+)" data-word-placeholder="([^"]+)"/g)) assert.equal(en[key], hint, key);
});

test("every mysfit has a line for the list and three for the certificate in each language", () => {
  const ids = JSON.parse(readFileSync(new URL("../ops/seeds/mysfits.json", site), "utf8")).map(({ MysfitId }) => MysfitId);
  for (const language of ["en", ...Object.keys(languages)]) {
    const [hooks, voices] = ["hooks", "voices"].map((name) => JSON.parse(read(`i18n/${name}.${language}.json`)));
    for (const said of [hooks, voices]) assert.deepEqual([...ids].sort(), Object.keys(said).sort(), language);
    assert.deepEqual([], Object.values(hooks).filter((hook) => !hook.trim() || hook.length > 40));
    assert.ok(Object.values(voices).every((voice) => voice.filter((line) => line.trim()).length === 3));
  }
});

test("everything that people say is translated, and nothing else", () => {
  const rows = ["users", "threads", "posts"].flatMap((name) => JSON.parse(readFileSync(new URL(`../ops/seeds/${name}.json`, site), "utf8")));
  const said = rows.map(({ Bio, Title, Text }) => Bio ?? Title ?? Text);
  for (const language of Object.keys(languages)) {
    const told = JSON.parse(read(`i18n/conversations.${language}.json`));
    assert.deepEqual([...said].sort(), Object.keys(told).sort(), language);
    assert.ok(Object.values(told).every((text) => typeof text === "string" && text.trim()));
  }
});

test("every mysfit has a name, a species and a description in each language", () => {
  const ids = JSON.parse(readFileSync(new URL("../ops/seeds/mysfits.json", site), "utf8")).map(({ MysfitId }) => MysfitId);
  for (const language of Object.keys(languages)) {
    const told = JSON.parse(read(`i18n/descriptions.${language}.json`));
    assert.deepEqual([...ids].sort(), Object.keys(told).sort(), language);
    for (const each of Object.values(told)) {
      assert.deepEqual(["description", "name", "species"], Object.keys(each).sort());
      assert.ok(Object.values(each).every((text) => typeof text === "string" && text.trim()));
    }
  }
});
