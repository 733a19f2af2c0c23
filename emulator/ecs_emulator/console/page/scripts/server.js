// The server: the session of this page, its calls, and the streams of events. The only caller of fetch.

const KEY = "session";

function headers() {
  return { "Content-Type": "application/json", "X-Console-Session": localStorage.getItem(KEY) ?? "" };
}

/** Open a session with the key of a one-time link, where the address has one. */
export async function openSession() {
  const match = location.hash.match(/^#key=(.+)$/);
  if (!match) return;
  history.replaceState(null, "", "/#/clusters");
  const answer = await fetch("/api/session", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ key: match[1] }),
  });
  if (answer.ok) localStorage.setItem(KEY, (await answer.json()).token);
}

export class Problem extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export async function post(path, content) {
  const answer = await fetch(path, { method: "POST", headers: headers(), body: JSON.stringify(content) });
  const said = await answer.json().catch(() => ({ message: answer.statusText }));
  if (!answer.ok) throw new Problem(answer.status, said.code, said.message);
  return said;
}

export const call = (service, operation, input) => post("/api/call", { service, operation, input });
export const run = (words) => post("/api/commands", { arguments: words });
export const stopJob = (job) => post("/api/commands/stop", { job });

/** Server-sent events of a path, until they end. EventSource cannot send a header, so they are read here. */
export async function stream(path, heard, signal) {
  const answer = await fetch(path, { headers: headers(), signal });
  if (!answer.ok) {
    const said = await answer.json().catch(() => ({ message: answer.statusText }));
    throw new Problem(answer.status, said.code, said.message);
  }
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      const name = block.match(/^event: (.*)$/m)?.[1];
      const data = block.match(/^data: (.*)$/m)?.[1];
      if (name && data) heard(name, JSON.parse(data));
    }
  }
}
