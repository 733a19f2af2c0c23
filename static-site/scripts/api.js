// The only module that calls fetch. Every failure leaves here as a Problem whose kind the page can put into words.
import { apiUrl } from "../config.js";

const PATIENCE = 20_000;
const BASE = apiUrl.replace(/\/+$/, "");

export class Problem extends Error {
  constructor(kind, { status, wait, reference } = {}) {
    super(status ? `${kind} (${status})` : kind);
    Object.assign(this, { name: "Problem", kind, status, wait, reference });
  }
}

export const listMysfits = async () => listOf((await askApi("/mysfits")).mysfits);
export const readMysfit = (id) => askApi(`/mysfits/${encodeURIComponent(id)}`);
export const likeMysfit = (id) => askApi(`/mysfits/${encodeURIComponent(id)}/like`, { method: "POST" });
export const adoptMysfit = (id) => askApi(`/mysfits/${encodeURIComponent(id)}/adopt`, { method: "POST" });
export const listUsers = async () => listOf(await askApi("/api/users"));
export const listThreads = async () => listOf(await askApi("/api/threads"));
export const listPosts = async () => listOf(await askApi("/api/posts"));
export const readRelease = () => askApi("/version");

const DESCRIPTIONS = { ko: "i18n/descriptions.ko.json", zh: "i18n/descriptions.zh.json" };
export const readDescriptions = async (language) => (DESCRIPTIONS[language] ? ask(DESCRIPTIONS[language]) : {});

const CONVERSATIONS = { ko: "i18n/conversations.ko.json", zh: "i18n/conversations.zh.json" };
/** What people say in English, by the English words. */
export const readConversations = async (language) => (CONVERSATIONS[language] ? ask(CONVERSATIONS[language]) : {});

const askApi = (path, options) => ask(BASE + path, options);

async function ask(url, options) {
  let response;
  try {
    response = await fetch(url, { ...options, signal: AbortSignal.timeout(PATIENCE) });
    if (response.ok) return await response.json();
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
