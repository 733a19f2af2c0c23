// Words of the page: English as it stands in the code, Korean by ko.js.

import { ko } from "./ko.js";

const KEY = "language";
const chosen = localStorage.getItem(KEY);
let language = chosen ?? (navigator.languages.find((each) => /^(en|ko)/.test(each)) ?? "en").slice(0, 2);

export const languageNow = () => language;

export function speak(name) {
  language = name;
  localStorage.setItem(KEY, name);
  document.documentElement.lang = name;
}

/** A text in the language of the page; `{name}` stands for a value. */
export function t(text, values = {}) {
  const said = language === "ko" ? (ko[text] ?? text) : text;
  return said.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

const formats = new Map(); // making one takes longer than all else of a picture

export function number(value, digits = 0) {
  const name = `${language} ${digits}`;
  if (!formats.has(name)) formats.set(name, new Intl.NumberFormat(language, { maximumFractionDigits: digits }));
  return formats.get(name).format(value);
}

export function clock(at) {
  if (!at) return "–";
  const moment = new Date(at * 1000);
  return [moment.getHours(), moment.getMinutes(), moment.getSeconds()].map((each) => String(each).padStart(2, "0")).join(":");
}
