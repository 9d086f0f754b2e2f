// Speaking with the server this page came from, and with no other.
// Owns the key (kept in this tab, sent as a header, never in an address), the stream of an answer and what went wrong
// as a word of words.js. Does not own what is asked (chat.js).

const KEPT = "qvl-key";
let key = "";

// What went wrong: `word` is a name in words.js, `values` fill it in, `status` is HTTP's number or 0.
export class Problem extends Error {
  constructor(word, values = {}, status = 0) {
    super(word);
    this.word = word;
    this.values = values;
    this.status = status;
  }
}

export function keptKey() {
  try {
    return sessionStorage.getItem(KEPT) || "";
  } catch {
    return "";
  }
}

export function forgetKey() {
  key = "";
  try {
    sessionStorage.removeItem(KEPT);
  } catch {
    // Nothing was kept.
  }
}

// Take a key that the server accepts; returns the names of its models. Throws `Problem`.
export async function enter(tried) {
  key = tried;
  const names = await modelNames();
  try {
    sessionStorage.setItem(KEPT, tried);
  } catch {
    // The key lasts as long as the page.
  }
  return names;
}

export async function modelNames() {
  const body = await (await request("/v1/models")).json();
  const names = (body.data || []).map((card) => String(card.id));
  if (!names.length) throw new Problem("noModels");
  return names;
}

// What a request may hold: {body_bytes, picture_bytes, pictures}.
export async function limits() {
  return (await request("/web/limits.json")).json();
}

async function request(path, options = {}) {
  let response;
  try {
    response = await fetch(path, {
      ...options,
      headers: { ...options.headers, Authorization: `Bearer ${encodable(key)}` },
      credentials: "omit",
      redirect: "error",
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem("gone");
  }
  if (!response.ok) throw await refusal(response);
  return response;
}

// A header holds Latin letters only; a key with others is wrong in any case.
function encodable(text) {
  return /^[\x20-\x7e]*$/.test(text) ? text : "-";
}

async function refusal(response) {
  let reason = `HTTP ${response.status}`;
  let code = "";
  try {
    const { error } = await response.json();
    reason = error.message || reason;
    code = error.code || "";
  } catch {
    // Not in OpenAI's shape: the number has to do.
  }
  const { status } = response;
  if (status === 401 || status === 403) return new Problem("keyWrong", {}, status);
  if (status === 413) return new Problem("tooLarge", {}, status);
  if (status === 429 || status === 503) {
    const seconds = Math.max(1, Math.ceil(Number(response.headers.get("Retry-After")) || 5));
    return new Problem("busy", { seconds }, status);
  }
  if (code === "context_length_exceeded") return new Problem("tooLong", {}, status);
  if (status === 404) return new Problem("modelGone", {}, status);
  return new Problem(status < 500 ? "refused" : "failed", { reason }, status);
}

// Ask, and hand on the answer as it comes: onText(piece). Returns {finish, usage, timings}.
// Throws `Problem`, or AbortError after `signal` was used.
export async function answer(model, messages, signal, onText) {
  const response = await request("/v1/chat/completions", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ model, messages, stream: true, stream_options: { include_usage: true } }),
    signal,
  });
  const end = { finish: "", usage: null, timings: null };
  let done = false;
  try {
    for await (const event of events(response.body)) {
      if (event === "[DONE]") {
        done = true;
        break;
      }
      take(JSON.parse(event), end, onText);
    }
  } catch (error) {
    if (error.name === "AbortError" || error instanceof Problem) throw error;
    throw new Problem("goneMidway");
  }
  if (!done && !end.finish) throw new Problem("goneMidway");
  return end;
}

function take(chunk, end, onText) {
  if (chunk.error) throw new Problem("failed", { reason: chunk.error.message || "" }, 500);
  if (chunk.usage) end.usage = chunk.usage;
  if (chunk.timings) end.timings = chunk.timings;
  const choice = (chunk.choices || [])[0];
  if (!choice) return;
  if (choice.finish_reason) end.finish = choice.finish_reason;
  if (choice.delta && choice.delta.content) onText(choice.delta.content);
}

// The data of each server-sent event, however the network cuts the bytes.
async function* events(body) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let held = "";
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      held += decoder.decode(value, { stream: true });
      const lines = held.split("\n");
      held = lines.pop();
      for (const line of lines) {
        const trimmed = line.trimEnd();
        if (trimmed.startsWith("data:")) yield trimmed.slice(5).trim();
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}
