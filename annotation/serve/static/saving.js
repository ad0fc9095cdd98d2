// Saves by itself: one request at a time, the newest state, until the server has it on its disk.
import { Refused, ask } from "./api.js";
import { $ } from "./dom.js";

const WAIT_MS = 350;
const RETRY_MS = [500, 1000, 2000, 5000];
const IDLE_S = 90;
const WORDS = { saved: "Saved", dirty: "Saving …", saving: "Saving …", failed: "Not saved, trying again", conflict: "Not saved", out: "Not saved" };

/** Seconds that somebody was at the item; a pause counts little. */
class Watch {
  constructor() {
    this.restart();
    for (const name of ["keydown", "pointerdown", "pointermove", "wheel"]) addEventListener(name, () => this.tick(), { passive: true, capture: true });
    document.addEventListener("visibilitychange", () => { this.last = performance.now(); });
  }

  restart() {
    this.spent = 0;
    this.last = performance.now();
  }

  tick() {
    const now = performance.now();
    if (!document.hidden) this.spent += Math.min((now - this.last) / 1000, IDLE_S);
    this.last = now;
  }

  read() {
    this.tick();
    return this.spent;
  }
}

export class Saver {
  /** `saved(item, answer)` and `conflict(item, refused)` are told how it went. */
  constructor({ saved, conflict, refused }) {
    Object.assign(this, { saved, conflict, refused });
    this.watch = new Watch();
    this.item = null;
    this.state = "saved";
    this.running = null;
    this.timer = 0;
    addEventListener("beforeunload", (event) => { if (this.state !== "saved") event.preventDefault(); });
    document.addEventListener("visibilitychange", () => { if (document.hidden) this.flush().catch(() => {}); });
  }

  open(item) {
    this.item = item;
    this.isDirty = false;
    this.watch.restart();
    this.tell("saved");
  }

  /** Something changed: save it in a moment. */
  touch() {
    this.isDirty = true;
    if (this.state === "conflict" || this.state === "out") return;
    this.tell("dirty");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush().catch(() => {}), WAIT_MS);
  }

  /** Save what is not saved, now; throws what the server said against it. */
  async flush() {
    clearTimeout(this.timer);
    while (this.running || (this.isDirty && this.state !== "conflict" && this.state !== "out")) {
      if (!this.running) this.running = this.save(false).finally(() => { this.running = null; });
      await this.running;
    }
    if (this.state === "conflict" || this.state === "out") throw new Error("not saved");
  }

  /** Save as finished; the answer tells whether it is, or has something to settle first. */
  async finish() {
    clearTimeout(this.timer);
    while (this.running) await this.running;
    if (this.state === "conflict" || this.state === "out") throw new Error("not saved");
    this.running = this.save(true).finally(() => { this.running = null; });
    return this.running;
  }

  async save(done) {
    const item = this.item;
    const spent = this.watch.read();
    for (let attempt = 0; ; attempt += 1) {
      this.tell("saving");
      this.isDirty = false;
      try {
        const answer = await ask(`api/items/${item.key}`, { method: "PUT", body: { ...item.draft(done), duration_s: spent }, keepalive: document.hidden });
        this.watch.spent = Math.max(0, this.watch.spent - spent);
        Object.assign(item, { version: answer.version, done: answer.done, findings: answer.findings });
        this.tell(this.isDirty ? "dirty" : "saved");
        this.saved(item, answer);
        return answer;
      } catch (error) {
        this.isDirty = true;
        if (!this.mayRetry(error, item)) throw error;
        await new Promise((wake) => { setTimeout(wake, RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)]); });
      }
    }
  }

  /** Whether it is worth trying again. */
  mayRetry(error, item) {
    if (!(error instanceof Refused) || error.status >= 500) {
      this.tell("failed");
      return true;
    }
    if (error.status === 409) {
      this.tell("conflict");
      this.conflict(item, error);
    } else {
      this.tell("out");
      this.refused(error);
    }
    return false;
  }

  /** After a conflict: what stands is known, saving goes on. */
  settle(isDirty) {
    this.isDirty = isDirty;
    this.tell(isDirty ? "dirty" : "saved");
    return isDirty ? this.flush() : Promise.resolve();
  }

  tell(state) {
    this.state = state;
    $("saved").dataset.state = state;
    $("saved").textContent = WORDS[state];
  }
}
