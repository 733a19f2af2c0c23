// The pure functions of the site, without a browser: node --test tests/site/*.test.js
import assert from "node:assert/strict";
import { test } from "node:test";

import { leadsSomewhere, readAddress, writeAddress } from "../../static-site/scripts/address.js";
import { compactNumber } from "../../static-site/scripts/age.js";
import { kindOfFailure, kindOfStatus, listMysfits, secondsToWait } from "../../static-site/scripts/api.js";
import { rememberedIds } from "../../static-site/scripts/memory.js";
import { likesOf } from "../../static-site/scripts/mysfits.js";
import { byName, plain, select } from "../../static-site/scripts/selection.js";
import { phrase } from "../../static-site/scripts/words.js";

const everything = { goodevil: "", lawchaos: "", home: "", q: "", sort: "" };
const mysfits = [
  { name: "Pauly", species: "Cyclops", goodevil: "Neutral", lawchaos: "Lawful", age: 2, likes: 5 },
  { name: "hasla", species: "Haetae", goodevil: "Good", lawchaos: "Neutral", age: 2_000_000_000, likes: 5 },
  { name: "CoCo", species: "Dragon", goodevil: "Good", lawchaos: "Chaotic", age: 501, likes: 9, adopted: true },
  { name: "Élan", species: "Dragon", goodevil: "Evil", lawchaos: "Chaotic" },
];
const names = (choices) =>
  select(byName(mysfits, { wordsOf: ({ name, species }) => [name, species], language: "en" }), { ...everything, ...choices }).map(
    ({ name }) => name,
  );

test("everyone is listed by name, whatever the case and the accents", () => {
  assert.deepEqual(["CoCo", "Élan", "hasla", "Pauly"], names({}));
});

test("filters combine with each other and with a search", () => {
  assert.deepEqual(["CoCo", "hasla"], names({ goodevil: "Good" }));
  assert.deepEqual(["CoCo"], names({ goodevil: "Good", lawchaos: "Chaotic" }));
  assert.deepEqual([], names({ goodevil: "Good", q: "cyclops" }));
});

test("those who are still free are chosen by themselves", () => {
  assert.deepEqual(["Élan", "hasla", "Pauly"], names({ home: "free" }));
});

test("a search wants every word, anywhere in name or species", () => {
  assert.deepEqual(["Élan"], names({ q: " dragon  ela" }));
  assert.deepEqual(["CoCo", "Élan"], names({ q: "DRAG" }));
});

test("what is not known is sorted last, and what is equal by name", () => {
  assert.deepEqual(["hasla", "CoCo", "Pauly", "Élan"], names({ sort: "age" }));
  assert.deepEqual(["CoCo", "hasla", "Pauly", "Élan"], names({ sort: "likes" }));
});

test("sorting leaves the list that it was given as it was", () => {
  const before = [...mysfits];
  names({ sort: "age" });
  assert.deepEqual(before, mysfits);
});

test("plain text has no case, no accent and no full width, and Korean stays readable", () => {
  assert.equal("yeti", plain(" ŸETÍ "));
  assert.equal(plain("하슬라"), plain("하슬라".normalize("NFD")));
  assert.equal("", plain(undefined));
});

test("an address that was written is read back the same", () => {
  for (const state of [
    { ...everything, page: "mysfits", id: "" },
    { goodevil: "Good", lawchaos: "Chaotic", q: "a&b=c é", home: "free", sort: "age", page: "mysfits", id: "x/y?z#%" },
    { ...everything, page: "mine", id: "" },
    { ...everything, page: "mine", id: "x" },
    { ...everything, page: "community", id: "" },
  ]) {
    const url = new URL(writeAddress(state), "http://site.test/");
    assert.deepEqual(state, readAddress(url));
  }
});

test("an address made up by somebody is read as far as it makes sense", () => {
  const read = (text) => readAddress(new URL(text, "http://site.test/"));
  assert.equal("", read("?goodevil=Nice&sort=size").goodevil);
  assert.equal("", read("?sort=size").sort);
  assert.equal("mysfits", read("#/nowhere").page);
  assert.equal("%E0%A4", read("#/mysfits/%E0%A4").id);
  assert.equal("", read("#/community/7").id);
  assert.deepEqual([true, true, true, true], ["", "#/", "#/mysfits/x", "#/mine"].map(leadsSomewhere));
  assert.deepEqual([false, false, false], ["#/nope", "#nope", "#/community/7"].map(leadsSomewhere));
});

test("each failure is of one kind", () => {
  assert.equal("slow", kindOfFailure({ name: "TimeoutError" }, true));
  assert.equal("offline", kindOfFailure({ name: "TypeError" }, false));
  assert.equal("unreachable", kindOfFailure({ name: "TypeError" }, true));
  assert.equal("broken", kindOfFailure({ name: "SyntaxError" }, true));
  assert.deepEqual(
    ["missing", "clash", "busy", "busy", "broken", "broken"],
    [404, 409, 429, 503, 500, 400].map(kindOfStatus),
  );
});

test("Retry-After is a number or a date, and nobody waits longer than two minutes", () => {
  const now = Date.parse("Wed, 21 Oct 2026 07:28:00 GMT");
  assert.equal(7, secondsToWait("7", now));
  assert.equal(30, secondsToWait("Wed, 21 Oct 2026 07:28:30 GMT", now));
  assert.equal(1, secondsToWait("Wed, 21 Oct 2026 07:00:00 GMT", now));
  assert.equal(120, secondsToWait("86400", now));
  assert.equal(undefined, secondsToWait("soon", now));
  assert.equal(undefined, secondsToWait(null, now));
});

test("a phrase has its plural and its numbers as the language writes them", () => {
  const form = { one: "{count} mysfit", other: "{count} mysfits" };
  assert.equal("1 mysfit", phrase(form, { count: 1 }, "en"));
  assert.equal("2,000,000,000 mysfits", phrase(form, { count: 2_000_000_000 }, "en"));
  assert.equal("3 of  left", phrase("{count} of {name} left", { count: 3 }, "ko"));
  assert.equal("<b>", phrase("{name}", { name: "<b>" }, "zh"));
});

test("a name from right to left does not turn the sentence around it, and no name turns anything by hand", () => {
  assert.equal("Adopt \u2068تنين\u2069", phrase("Adopt {name}", { name: "\u202eتنين" }, "en"));
  assert.equal("Adopt evil", phrase("Adopt {name}", { name: "\u202eevil" }, "en"));
});

test("a count that nobody can have is none", () => {
  assert.deepEqual([0, 0, 7, 8], [{ likes: -5 }, {}, { likes: 7 }, { likes: 7, sending: true }].map(likesOf));
});

test("what another window remembered meanwhile stays remembered", () => {
  const stored = new Map();
  globalThis.localStorage = { getItem: (key) => stored.get(key) ?? null, setItem: (key, value) => stored.set(key, value) };
  const [here, there] = [rememberedIds("liked"), rememberedIds("liked")];
  here.add("cole");
  there.add("snowflake");
  assert.deepEqual(["cole", "snowflake"], here.all().sort());
  there.remove("snowflake");
  assert.deepEqual(["cole"], rememberedIds("liked").all());
  delete globalThis.localStorage;
  here.add("gary");
  assert.ok(here.has("gary"));
});

test("a large age is said as people say it", () => {
  const said = (age, language) => compactNumber(age, language).replaceAll("\u00a0", " ");
  assert.equal("2 billion", said(2_000_000_000, "en"));
  assert.equal("2,709", said(2_709, "en"));
  assert.equal("7,500만 ", said(75_000_000, "ko"));
  assert.equal("20억 ", said(2_000_000_000, "ko"));
  assert.equal("2,709", said(2_709, "ko"));
  assert.equal("7500 万", said(75_000_000, "zh"));
});

test("the first of a long list are heard of while the others are on their way", async (context) => {
  const rows = Array.from({ length: 600 }, (_, n) => ({ mysfitId: `m-${n}`, name: `} ${n} 야옹 {"]}` }));
  const bytes = new TextEncoder().encode(JSON.stringify({ mysfits: rows }));
  const answerIn = (size) =>
    new Response(
      new ReadableStream({
        start(stream) {
          for (let from = 0; from < bytes.length; from += size) stream.enqueue(bytes.slice(from, from + size));
          stream.close();
        },
      }),
    );
  for (const size of [7, 1_001, 9_999, 1_000_000]) {
    context.mock.method(globalThis, "fetch", async () => answerIn(size));
    const heard = [];
    assert.deepEqual(await listMysfits((first) => heard.push(first)), rows);
    // What comes in one piece is not told twice.
    assert.equal(heard.length, size < bytes.length ? 1 : 0, String(size));
    for (const first of heard) {
      assert.ok(first.length >= 100 && first.length < rows.length);
      assert.deepEqual(first, rows.slice(0, first.length));
    }
  }
});

test("a mysfit has the address that publishing gave it, and none before", async (context) => {
  globalThis.location = { href: "https://site.test/?q=a#/" };
  context.mock.method(globalThis, "fetch", async () => Response.json({ gary: { en: "meet/gary.html" } }));
  const { permalinkOf, permalinksRead } = await import("../../static-site/scripts/permalink.js");
  await permalinksRead;
  assert.equal("https://site.test/meet/gary.html", permalinkOf("gary"));
  assert.equal(undefined, permalinkOf("nobody"));
});
