/* One tab labels a project at a time, and one sends. navigator.locks where there is one (a secure page), else tabs tell
   each other over a channel: good enough, since the server takes the same label twice and stores it once. */

const locks = globalThis.navigator?.locks;

/** Runs `act` while no other tab runs one of the same name. */
export function exclusively(name, act) {
  return locks ? locks.request(name, act) : act();
}

/** Holds the place of the one tab that labels: `onhave` when it is ours, `onlose` when another tab took it. */
export class OnlyTab {
  #release = null;

  constructor(name, { onhave, onlose }) {
    Object.assign(this, { name, onhave, onlose });
    if (!locks) this.#channel = this.#listen();
  }

  #channel;
  #id = Math.random();

  /** Asks for the place; resolves to whether it was free within a moment. It is ours as soon as the other tab goes. */
  async start() {
    if (!locks) return this.#claim();
    const soon = new AbortController();
    const timer = setTimeout(() => soon.abort(), 500); // a page that is just being reloaded lets go in this time
    const got = await this.#request({ signal: soon.signal }, () => clearTimeout(timer));
    if (!got) { this.onlose(); this.#request({}); }
    return got;
  }

  /** "Label here instead". */
  take() {
    if (locks) this.#request({ steal: true });
    else { this.#channel.postMessage({ taken: this.#id }); this.onhave(); }
  }

  #request(options, ongranted = () => {}) {
    return new Promise((resolve) => {
      locks.request(this.name, options, () => {
        ongranted();
        resolve(true);
        this.onhave();
        return new Promise((release) => { this.#release = release; });
      }).catch(() => {
        if (this.#release) { this.#release = null; this.onlose(); this.#request({}); } // stolen: wait in line again
        resolve(false);
      });
    });
  }

  #listen() {
    if (!("BroadcastChannel" in globalThis)) return { postMessage() {} };
    const channel = new BroadcastChannel(this.name);
    channel.onmessage = ({ data }) => {
      if (data.asks && data.asks !== this.#id && this.have) channel.postMessage({ busy: this.#id });
      if (data.busy && data.busy !== this.#id) this.refused = true;
      if (data.taken && data.taken !== this.#id && this.have) { this.have = false; this.onlose(); }
    };
    return channel;
  }

  async #claim() {
    this.#channel.postMessage({ asks: this.#id });
    await new Promise((resolve) => { setTimeout(resolve, 150); });
    this.have = !this.refused;
    if (this.have) this.onhave(); else this.onlose();
    return this.have;
  }
}
