// What the page knows of the mysfits. The list says most; a profile adds the description, and counts of this moment.
import { listMysfits, readMysfit } from "./api.js";
import { listeners } from "./dom.js";

const known = new Map();
const changes = listeners();
const asked = new Map(); // by id, the profiles that are on their way
let inOrder = [];

export const knownMysfit = (id) => known.get(id);
export const knownMysfits = () => [...known.values()];
export const howMany = () => known.size;
/** Hear of each change: of one mysfit by its id, of all of them without one. */
export const watchMysfits = changes.add;

/** Learn a fact, such as a new like; the parts that show it are told. */
export function learn(id, facts) {
  known.set(id, { ...known.get(id), ...facts });
  changes.tell(id);
}

function take(list, before = known) {
  for (const mysfit of list) {
    if (mysfit?.mysfitId) known.set(mysfit.mysfitId, { ...before.get(mysfit.mysfitId), ...mysfit });
  }
  changes.tell();
}

/** Reads the list; `hear` is called as soon as the first of many are known. */
export async function readList(hear) {
  const list = await listMysfits((first) => {
    take(first);
    hear();
  });
  const before = new Map(known);
  known.clear();
  take(list, before);
}

export async function readProfile(id) {
  // Who needs what somebody has asked for already waits for the same answer.
  if (!asked.has(id)) asked.set(id, readMysfit(id).finally(() => asked.delete(id)));
  learn(id, await asked.get(id));
  return known.get(id);
}

/** The order in which mysfits are shown just now: a profile leads to the one before and the one after. */
export function setOrder(ids) {
  inOrder = ids;
  changes.tell();
}

/** The id `by` steps on from this one, or undefined at either end. */
export function neighbourOf(id, by) {
  const place = inOrder.indexOf(id);
  return place < 0 ? undefined : inOrder[place + by];
}

/** Counts as a visitor may see them: a row that was written by hand may hold anything. */
export const likesOf = ({ likes, sending }) => Math.max(Number.isFinite(likes) ? likes : 0, 0) + (sending ? 1 : 0);
