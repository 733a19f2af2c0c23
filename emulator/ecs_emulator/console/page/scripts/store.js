// What the emulator has told: the state by kind and key, and every change, so that one can go back in time.

const MOST = 20000; // changes that are remembered
const SECONDS = 4 * 3600; // of traffic and of bars

export function newStore(changed) {
  const kinds = new Map(); // kind -> Map of key -> facts, as of the moment that is looked at
  const log = []; // { at, after, before }: facts by key, null where there are none; the oldest first
  const spans = new Map(); // task key -> [{ at, phase }], all that is known
  const traffic = [];
  let position = 0; // changes of the log that are in the state
  let isLive = true;
  let version = 0;

  const bucket = (key) => {
    const kind = key.slice(0, key.indexOf("/") < 0 ? undefined : key.indexOf("/"));
    if (!kinds.has(kind)) kinds.set(kind, new Map());
    return kinds.get(kind);
  };

  const put = (values) => {
    for (const [key, facts] of Object.entries(values)) {
      const map = bucket(key);
      if (facts === undefined || facts === null) map.delete(key);
      else map.set(key, facts);
    }
    version += 1;
  };

  const isNotable = (change) => Object.keys(change.after).some((key) => key !== "traffic");

  const remember = (at, values) => {
    for (const [key, facts] of Object.entries(values)) {
      if (key.startsWith("task/")) rememberPhase(key, facts, at);
    }
    if (values.traffic) {
      const byService = new Map();
      for (const each of values.traffic.revisions) byService.set(each.service, [...(byService.get(each.service) ?? []), each]);
      traffic.push({ ...values.traffic, byService });
      while (traffic.length && traffic[0].at < at - SECONDS) traffic.shift();
    }
  };

  const rememberPhase = (key, facts, at) => {
    if (!spans.has(key)) spans.set(key, earlier(facts));
    const known = spans.get(key);
    const phase = facts.phase || "stopped";
    if (known.length && known.at(-1).phase === phase) return;
    // A new array: whoever draws sees by it that there is news.
    spans.set(key, [...known, { at: known.length ? at : facts.created ?? at, phase }]);
  };

  const step = (by) => {
    if (by < 0) {
      position -= 1;
      put(log[position].before);
    } else {
      put(log[position].after);
      position += 1;
    }
  };

  const api = {
    begin(at, values) {
      // After a gap in the connection all is new: what was before can still be looked at.
      const after = { ...values };
      for (const map of kinds.values()) for (const key of map.keys()) if (!(key in values)) after[key] = null;
      remember(at, values);
      append(at, after);
    },
    change(at, values, gone) {
      remember(at, values);
      append(at, { ...values, ...Object.fromEntries(gone.map((key) => [key, null])) });
    },
    get: (key) => bucket(key).get(key),
    all: (kind) => [...(kinds.get(kind)?.values() ?? [])],
    entries: (kind) => [...(kinds.get(kind)?.entries() ?? [])],
    spans: (key) => spans.get(key) ?? [],
    traffic: () => traffic,
    version: () => version,
    isLive: () => isLive,
    now: () => (isLive ? Date.now() / 1000 : (log[Math.max(0, position - 1)]?.at ?? Date.now() / 1000)),
    range: () => ({ position, length: log.length }),
    pause() {
      isLive = false;
      changed();
    },
    live() {
      while (position < log.length) step(1);
      isLive = true;
      changed();
    },
    step(direction) {
      isLive = false;
      const may = () => (direction < 0 ? position > 1 : position < log.length);
      while (may()) {
        const crossed = direction < 0 ? log[position - 1] : log[position];
        step(direction);
        if (isNotable(crossed)) break;
      }
      changed();
    },
    seek(to) {
      isLive = false;
      while (position > Math.max(1, to)) step(-1);
      while (position < Math.min(to, log.length)) step(1);
      changed();
    },
  };

  const append = (at, after) => {
    // What was before is that of the end of the log, wherever one looks now.
    const looked = position;
    const atEnd = position === log.length;
    const before = {};
    for (const key of Object.keys(after)) before[key] = latest(key, atEnd);
    log.push({ at, after, before });
    if (isLive) step(1);
    else position = looked;
    if (log.length > MOST && position > 1000) {
      log.splice(0, 1000);
      position -= 1000;
    }
    changed();
  };

  const latest = (key, atEnd) => {
    if (!atEnd) {
      for (let i = log.length - 1; i >= position; i -= 1) if (key in log[i].after) return log[i].after[key];
    }
    return bucket(key).get(key) ?? null;
  };

  return api;
}

// Of a task that was there before the page: its own moments say what can be known. When its target became healthy nobody
// tells; it was for the most part of its time, so that is what is shown from its start on.
function earlier(facts) {
  const found = [];
  if (facts.created) found.push({ at: facts.created, phase: "starting" });
  if (facts.started) found.push({ at: facts.started, phase: facts.phase === "healthy" ? "healthy" : "running" });
  if (facts.stopping) found.push({ at: facts.stopping, phase: "stopping" });
  if (facts.stopped) found.push({ at: facts.stopped, phase: "stopped" });
  return found;
}
