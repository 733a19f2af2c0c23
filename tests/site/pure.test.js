// The pure functions of the site, without a browser: node --test tests/site/*.test.js
import assert from "node:assert/strict";
import { test } from "node:test";

import { readAddress, writeAddress } from "../../static-site/scripts/address.js";
import { kindOfFailure, kindOfStatus, secondsToWait } from "../../static-site/scripts/api.js";
import { plain, select } from "../../static-site/scripts/selection.js";
import { phrase } from "../../static-site/scripts/words.js";

const everything = { goodevil: "", lawchaos: "", q: "", sort: "" };
const mysfits = [
  { name: "Pauly", species: "Cyclops", goodevil: "Neutral", lawchaos: "Lawful", age: 2, likes: 5 },
  { name: "hasla", species: "Haetae", goodevil: "Good", lawchaos: "Neutral", age: 2_000_000_000, likes: 5 },
  { name: "CoCo", species: "Dragon", goodevil: "Good", lawchaos: "Chaotic", age: 501, likes: 9 },
  { name: "Élan", species: "Dragon", goodevil: "Evil", lawchaos: "Chaotic" },
];
const names = (choices) =>
  select(mysfits, { ...everything, ...choices }, { wordsOf: ({ name, species }) => [name, species], language: "en" }).map(
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
    { goodevil: "Good", lawchaos: "Chaotic", q: "a&b=c é", sort: "age", page: "mysfits", id: "x/y?z#%" },
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
