// What the page knows of the mysfits. The list names them; a profile adds age, likes and whether one is adopted.
import { listMysfits, readMysfit } from "./api.js";
import { listeners } from "./dom.js";

const known = new Map();
const changes = listeners();
const AT_ONCE = 4;
const asked = new Map(); // by id, the profiles that are on their way

export const knownMysfit = (id) => known.get(id);
export const knownMysfits = () => [...known.values()];
export const watchMysfits = changes.add;

/** Learn a fact, such as a new like; the parts that show it are told. */
export function learn(id, facts) {
  known.set(id, { ...known.get(id), ...facts });
  changes.tell(id);
}

export async function readList() {
  const list = await listMysfits();
  const before = new Map(known);
  known.clear();
  for (const mysfit of list) known.set(mysfit.mysfitId, { ...before.get(mysfit.mysfitId), ...mysfit });
}

export async function readProfile(id) {
  // Who needs what somebody has asked for already waits for the same answer.
  if (!asked.has(id)) asked.set(id, readMysfit(id).finally(() => asked.delete(id)));
  learn(id, await asked.get(id));
  return known.get(id);
}

/**
 * The list need not carry likes and ages; sorting by them asks for the profiles that are not yet known,
 * a few at a time. Says how many could not be had.
 */
export async function learnMissing(fact) {
  const waiting = knownMysfits().filter((mysfit) => !Number.isFinite(mysfit[fact]));
  let missed = 0;
  const work = async () => {
    for (let mysfit = waiting.pop(); mysfit; mysfit = waiting.pop()) {
      await readProfile(mysfit.mysfitId).catch(() => (missed += 1));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return missed;
}
