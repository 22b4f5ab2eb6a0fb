/* The few requests of this page. Whatever does not come through is Unreachable (try again); what the server refuses is
   Refused with its status and sentence. */

const PATIENCE = 12_000; // ms; then it is tried again

export class Unreachable extends Error {
  constructor(retryAfter = 0) { super("The server does not answer."); this.retryAfter = retryAfter; }
}

export class Refused extends Error {
  constructor(status, message) { super(message); this.status = status; }
}

const cookie = (name) => document.cookie.split("; ").find((part) => part.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";

async function ask(url, { method = "GET", body, form, keepalive = false, patience = PATIENCE } = {}) {
  const headers = { Accept: "application/json", "X-Requested-With": form ? "XMLHttpRequest" : "fetch" }; // what the log-in answers with JSON
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (method !== "GET") headers["X-CSRFToken"] = cookie("csrftoken"); // read anew: a log-in in another tab changes it
  let response, text;
  try {
    response = await fetch(url, {
      method, headers, keepalive, redirect: "manual", cache: "no-store", credentials: "same-origin",
      body: form ? new URLSearchParams(form) : body === undefined ? undefined : JSON.stringify(body), signal: AbortSignal.timeout(patience),
    });
    text = await response.text();
  } catch {
    throw new Unreachable();
  }
  if (response.type === "opaqueredirect") throw new Refused(401, "You are no longer logged in.");
  let answer = null;
  try { answer = JSON.parse(text); } catch { /* a proxy's page */ }
  if (response.ok && answer !== null) return answer;
  const { status } = response;
  if (status >= 500 || status === 429 || status === 408 || response.ok) {
    throw new Unreachable(1000 * (Number(response.headers.get("Retry-After")) || 0));
  }
  const closed = status === 403 || status === 404 ? "You can no longer label in this project. Ask one of its leads." : `The server answered ${status}.`;
  throw new Refused(status, answer?.message ?? closed);
}

export class Api {
  constructor(urls, user) { this.urls = urls; this.user = user; }

  /** One entry of the outbox; resolves to its receipt. */
  send(entry) {
    const base = this.urls.assignment.replace("ID", entry.assignment);
    const body = entry.kind === "skip" ? entry.body : { ...entry.body, client_id: entry.client_id };
    const keepalive = JSON.stringify(body).length < 15_000; // so that closing the tab does not cut it off
    return ask(`${base}${entry.kind}/`, { method: "POST", body, keepalive });
  }

  /** Leases up to `count` examples, those leased already included; also how far one is. */
  stock(count) { return ask(this.urls.stock, { method: "POST", body: { count, user: this.user } }); }

  /** Whose session this is, or null. */
  async who() {
    try {
      return (await ask(this.urls.who, { patience: 5000 })).user;
    } catch (error) {
      if (error.status === 401) return null;
      throw error;
    }
  }

  logIn(login, password) { return ask(this.urls.login, { method: "POST", form: { login, password } }); }
  logOut() { return ask(this.urls.logout, { method: "POST", form: {} }); }

  /** One's last fifty labels here, the oldest first; of long examples (`cut`) the beginning. One of them whole: by its assignment. */
  async history(assignment = null) { return (await ask(assignment === null ? this.urls.history : `${this.urls.history}?assignment=${assignment}`)).labels; }

  /** How one stands with the first examples, and what the last try came to. */
  qualification() { return ask(this.urls.qualification); }

  guidelines(since) { return ask(`${this.urls.guidelines}?since=${since}`); }
  preferences(body) { return ask(this.urls.preferences, { method: "POST", body }); }
}
