// The only module that calls fetch. Every failure leaves here as a Problem whose kind the page can put into words.
import { apiUrl } from "../config.js";
import { listeners } from "./dom.js";

const PATIENCE = 20_000;
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

export const listMysfits = async () => listOf((await askApi("/mysfits")).mysfits);
export async function readMysfit(id) {
  // No mysfit has such an id, and an address with one in it may be answered by something in front of the service.
  if (/[/\\]/.test(id)) throw new Problem("missing");
  return askApi(`/mysfits/${encodeURIComponent(id)}`);
}
export const likeMysfit = (id) => askApi(`/mysfits/${encodeURIComponent(id)}/like`, { method: "POST" });
export const adoptMysfit = (id) => askApi(`/mysfits/${encodeURIComponent(id)}/adopt`, { method: "POST" });
export const listUsers = async () => listOf(await askApi("/api/users"));
export const listThreads = async () => listOf(await askApi("/api/threads"));
export const listPosts = async () => listOf(await askApi("/api/posts"));
export const readRelease = () => askApi("/version");

/** The pages of mysfits by id and language, as publishing made them. */
export const readPermalinks = () => ask("permalinks.json");

const DESCRIPTIONS = { ko: "i18n/descriptions.ko.json", zh: "i18n/descriptions.zh.json" };
export const readDescriptions = async (language) => (DESCRIPTIONS[language] ? ask(DESCRIPTIONS[language]) : {});

const HOOKS = { en: "i18n/hooks.en.json", ko: "i18n/hooks.ko.json", zh: "i18n/hooks.zh.json" };
const VOICES = { en: "i18n/voices.en.json", ko: "i18n/voices.ko.json", zh: "i18n/voices.zh.json" };
/** What the mysfits say of themselves, by id: a line for the list, and three for their certificate. */
export const readHooks = (language) => ask(HOOKS[language]);
export const readVoices = (language) => ask(VOICES[language]);

const CONVERSATIONS = { ko: "i18n/conversations.ko.json", zh: "i18n/conversations.zh.json" };
/** What people say in English, by the English words. */
export const readConversations = async (language) => (CONVERSATIONS[language] ? ask(CONVERSATIONS[language]) : {});

const askApi = (path, options) => ask(BASE + path, options);

async function ask(url, options) {
  let response;
  try {
    response = await fetch(url, { ...options, signal: AbortSignal.timeout(PATIENCE) });
    if (response.ok) {
      if (url === LIST) copied.tell((copyTime = response.headers.get("X-Copy-Of")));
      return await response.json();
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

function listOf(value) {
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
