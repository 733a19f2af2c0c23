// What is asked of the API and of the published files after the first view.
import { ask, askApi, listOf } from "./api.js";

// What somebody has done gets there, though they leave the page before the answer.
const POST = { method: "POST", keepalive: true };
export const likeMysfit = (id) => askApi(`/mysfits/${encodeURIComponent(id)}/like`, POST);
export const adoptMysfit = (id) => askApi(`/mysfits/${encodeURIComponent(id)}/adopt`, POST);
export const listUsers = async () => listOf(await askApi("/api/users"));
export const listThreads = async () => listOf(await askApi("/api/threads"));
export const listPosts = async () => listOf(await askApi("/api/posts"));
export const readRelease = () => askApi("/version");

/** The pages of mysfits by id and language, as publishing made them. */
export const readPermalinks = () => ask("permalinks.json");

const VOICES = { en: "i18n/voices.en.json", ko: "i18n/voices.ko.json", zh: "i18n/voices.zh.json" };
/** What the mysfits say on their certificates, three lines each, by id. */
export const readVoices = (language) => ask(VOICES[language]);

const CONVERSATIONS = { ko: "i18n/conversations.ko.json", zh: "i18n/conversations.zh.json" };
/** What people say in English, by the English words. */
export const readConversations = async (language) => (CONVERSATIONS[language] ? ask(CONVERSATIONS[language]) : {});
