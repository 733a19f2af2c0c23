// The only module that calls fetch. Every failure leaves here as a Problem whose kind the page can put into words.
import { apiUrl } from "../config.js";
import { listeners } from "./dom.js";

const PATIENCE = 20_000;
const ENOUGH = 8_000; // characters, some thirty mysfits
const BASE = apiUrl.replace(/\/+$/, "");
const LIST = `${BASE}/mysfits`;

const copied = listeners();
let copyTime = null;

/** Hear now and later of when the list was copied that the service worker gives without a network; null for a new one. */
export function watchCopy(watcher) {
  watcher(copyTime);
  return copied.add(watcher);
}

export class Problem extends Error {
  constructor(kind, { status, wait, reference } = {}) {
    super(status ? `${kind} (${status})` : kind);
    Object.assign(this, { name: "Problem", kind, status, wait, reference });
  }
}

/** `hear` is given the first of many while the others are on their way. */
export const listMysfits = async (hear) => listOf((await ask(LIST, {}, (first) => hear(listOf(first.mysfits)))).mysfits);
export async function readMysfit(id) {
  // No mysfit has such an id, and what stands in front of the service might answer for it.
  if (/[/\\]/.test(id)) throw new Problem("missing");
  return askApi(`/mysfits/${encodeURIComponent(id)}`);
}

const DESCRIPTIONS = { ko: "i18n/descriptions.ko.json", zh: "i18n/descriptions.zh.json" };
export const readDescriptions = async (language) => (DESCRIPTIONS[language] ? ask(DESCRIPTIONS[language]) : {});

const HOOKS = { en: "i18n/hooks.en.json", ko: "i18n/hooks.ko.json", zh: "i18n/hooks.zh.json" };
/** What the mysfits say of themselves in the list, by id. */
export const readHooks = (language) => ask(HOOKS[language]);

export const askApi = (path, options) => ask(BASE + path, options);

export async function ask(url, options, hear) {
  let response;
  try {
    response = await fetch(url, { ...options, signal: AbortSignal.timeout(PATIENCE) });
    if (response.ok) {
      if (url === LIST) copied.tell((copyTime = response.headers.get("X-Copy-Of")));
      return await (hear ? jsonOf(response, hear) : response.json());
    }
  } catch (error) {
    throw new Problem(kindOfFailure(error, navigator.onLine));
  }
  throw new Problem(kindOfStatus(response.status), {
    status: response.status,
    wait: secondsToWait(response.headers.get("Retry-After")),
    reference: response.headers.get("X-Request-ID") ?? undefined,
  });
}

/** An answer's JSON; `hear` is given the beginning of a list once, where more is to come. */
async function jsonOf(response, hear) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return JSON.parse(text);
    text += value;
    if (!hear || text.length < ENOUGH) continue;
    let first;
    try {
      first = JSON.parse(`${text.slice(0, text.lastIndexOf("}") + 1)}]}`);
    } catch {
      continue; // The last brace was no row's end.
    }
    hear(first);
    hear = undefined;
  }
}

export function listOf(value) {
  if (!Array.isArray(value)) throw new Problem("broken");
  return value;
}

export function kindOfFailure(error, onLine) {
  if (error.name === "TimeoutError") return "slow";
  if (error.name === "SyntaxError") return "broken";
  return onLine ? "unreachable" : "offline";
}

export function kindOfStatus(status) {
  if (status === 404) return "missing";
  if (status === 409) return "clash";
  if (status === 429 || status === 503) return "busy";
  return "broken";
}

/** Retry-After is a number of seconds or a date; nobody is asked to wait longer than two minutes. */
export function secondsToWait(header, now = Date.now()) {
  if (!header) return undefined;
  const seconds = /^\d+$/.test(header) ? Number(header) : Math.ceil((Date.parse(header) - now) / 1000);
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 1), 120) : undefined;
}
