// Sends changes to the answers of one sheet, one request at a time, until they are acknowledged.
//
// A change says at which revision its person saw the question, so that what a colleague has
// saved meanwhile is never overwritten. A batch keeps its key however often it is sent, so that
// the server counts it once.

import { adopt, hold, keep, prefixOf } from "./kept.js";

const SLOW = 3_000;
const TIMEOUT = 20_000;
const LONGEST_WAIT = 30_000;
const MOST_IN_KEEPALIVE = 60_000;
const STOPPING = { 401: "signed_out", 403: "signed_out", 404: "gone", 423: "locked" };

/** The changes of one person to one sheet, on their way. */
export class Sender {
  #waiting = new Map();
  #batches = [];
  #own = new Map();
  #failures = 0;
  #timer = 0;
  #sending = false;
  #stopped = false;

  /** `sheet`: {api, id, person, revision, csrf}; `view` shows what happens. */
  constructor(sheet, view) {
    this.sheet = sheet;
    this.view = view;
    this.revision = sheet.revision;
    this.kept = true;
    const prefix = prefixOf(sheet.id, sheet.person);
    this.name = prefix + crypto.randomUUID();
    hold(this.name);
    adopt(prefix, (record) => this.#takeOver(record));
    addEventListener("online", () => this.#failures && this.send());
  }

  /** Notes a change of one question and sends it after `delay` milliseconds. */
  change(place, part, delay) {
    const known = this.#waiting.get(place) ?? { place, revision: this.#revisionOf(place) };
    this.#waiting.set(place, { ...known, ...part, held: known.held === "conflict" && known.held });
    this.#keep();
    if (!this.#failures) this.#sendIn(delay);
  }

  /** Sends at once what waits. */
  flush() {
    if (!this.#failures) this.send();
  }

  /** Sends the next batch, if there is one and none is on its way. */
  async send() {
    clearTimeout(this.#timer);
    if (this.#sending || this.#stopped) return;
    const batch = this.#batches[0] ?? this.#nextBatch();
    if (!batch) return;
    this.#sending = true;
    this.view.saving();
    const slow = setTimeout(() => this.view.slow(), SLOW);
    const answer = await this.#request(batch).catch(() => null);
    clearTimeout(slow);
    await this.view.still();
    this.#sending = false;
    this.#receive(batch, answer);
  }

  /** Settles a conflict: this person's change is sent after all, or dropped. */
  resolve(place, revision, mine) {
    this.#own.set(place, revision);
    const change = this.#waiting.get(place);
    if (!change) return;
    if (mine) Object.assign(change, { revision, held: false });
    else this.#waiting.delete(place);
    this.#goOn();
  }

  /** Whether something is neither saved nor waiting for its person. */
  get busy() {
    return this.#batches.length > 0 || this.#free().length > 0;
  }

  /** Whether something would be lost if the page were closed. */
  get losing() {
    return !this.kept && (this.busy || this.#waiting.size > 0);
  }

  /** Whether sending has failed and is tried again. */
  get troubled() {
    return this.#failures > 0 || this.#stopped;
  }

  #takeOver({ batches = [], waiting = [] }) {
    this.#batches.push(...batches);
    for (const change of waiting) {
      const later = this.#waiting.get(change.place);
      this.#waiting.set(change.place, { ...change, ...later, held: false });
    }
    const changes = [...batches.flatMap((it) => it.changes), ...waiting];
    if (!this.#keep()) return false;
    this.view.lay(changes);
    this.send();
    return true;
  }

  #nextBatch() {
    const [first, ...others] = this.#free();
    if (!first) return null;
    const alike = (it) => it.revision === first.revision && !first.alone && !it.alone;
    const changes = [first, ...others.filter(alike)];
    const batch = { key: crypto.randomUUID(), revision: first.revision, changes: changes.map(bare) };
    changes.forEach((it) => this.#waiting.delete(it.place));
    this.#batches.push(batch);
    this.#keep();
    return batch;
  }

  async #request({ key, revision, changes }) {
    const body = JSON.stringify({ changes });
    const response = await fetch(this.sheet.api, {
      method: "PATCH",
      headers: {
        "Content-Type": "application/json",
        "If-Match": `"${revision}"`,
        "Idempotency-Key": key,
        "X-CSRF-Token": this.sheet.csrf,
      },
      body,
      keepalive: body.length < MOST_IN_KEEPALIVE,
      signal: AbortSignal.timeout(TIMEOUT),
    });
    const json = await response.json().catch(() => ({}));
    if (response.ok && !("revision" in json)) return null;
    return { status: response.status, wait: waitOf(response), ...json };
  }

  #receive(batch, answer) {
    const status = answer?.status ?? 0;
    if (answer?.saved) return this.#acknowledge(batch, answer);
    if (STOPPING[status]) return this.#stop(STOPPING[status], answer);
    const conflicts = answer?.conflicts?.filter(({ place }) => changes(batch, place)) ?? [];
    if (conflicts.length > 0) return this.#conflict(batch, conflicts, answer.revision);
    if (status === 0 || status === 408 || status === 409 || status === 429 || status >= 500) {
      return this.#retry(answer);
    }
    this.#refuse(batch, answer);
  }

  #acknowledge(batch, answer) {
    const { revision, saved, refused = [] } = answer;
    saved.forEach((it) => this.#own.set(it, revision));
    const undisturbed = batch.revision === this.revision && revision === this.revision + 1;
    for (const change of this.#waiting.values()) {
      const next = undisturbed && change.revision === this.revision;
      if (saved.includes(change.place) || next) change.revision = revision;
    }
    if (undisturbed) this.revision = revision;
    this.#done(batch);
    for (const { place } of refused) this.#putBack(batch, place, { held: "refused" });
    this.view.saved(answer);
    this.#goOn();
  }

  #conflict(batch, conflicts, revision) {
    this.#done(batch);
    for (const { place } of batch.changes) this.#putBack(batch, place, { held: false });
    for (const { place } of conflicts) {
      const change = this.#waiting.get(place);
      if (change) change.held = "conflict";
    }
    this.view.conflicts(conflicts, revision);
    this.#goOn();
  }

  // A batch that is refused as a whole is tried one change at a time: the others are saved.
  #refuse(batch, { detail, title }) {
    const single = batch.changes.length === 1;
    this.#done(batch);
    for (const { place } of batch.changes) {
      this.#putBack(batch, place, { held: single && "refused", alone: true });
    }
    if (single) this.view.refused([{ place: batch.changes[0].place, message: detail ?? title }]);
    this.#goOn();
  }

  #putBack(batch, place, state) {
    const change = changes(batch, place);
    const later = this.#waiting.get(place);
    const held = later ? false : state.held;
    const revision = this.#own.get(place) ?? batch.revision;
    this.#waiting.set(place, { ...change, ...state, revision, ...later, held });
  }

  #retry(answer) {
    const wait = Math.min(LONGEST_WAIT, 1000 * 2 ** this.#failures);
    this.#failures += 1;
    this.view.troubled(answer ? "unavailable" : "offline", this.kept);
    this.#sendIn(Math.max(answer?.wait ?? 0, wait));
  }

  #stop(reason, answer) {
    this.#stopped = true;
    this.view.stopped(reason, answer);
  }

  #goOn() {
    this.#failures = 0;
    this.#keep();
    if (this.busy) this.send();
    else this.view.settled();
  }

  #done(batch) {
    this.#batches = this.#batches.filter((it) => it !== batch);
  }

  #sendIn(delay) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.send(), delay);
  }

  #free() {
    return [...this.#waiting.values()].filter((it) => !it.held);
  }

  #revisionOf(place) {
    return this.#own.get(place) ?? this.revision;
  }

  #keep() {
    const waiting = [...this.#waiting.values()];
    const record = { batches: this.#batches, waiting };
    const any = waiting.length > 0 || this.#batches.length > 0;
    this.kept = keep(this.name, any ? record : null);
    return this.kept;
  }
}

const changes = (batch, place) => batch.changes.find((it) => it.place === place);

const bare = ({ held, alone, revision, ...change }) => change;

function waitOf(response) {
  const after = response.headers.get("Retry-After");
  if (!after) return 0;
  const wait = Number.isNaN(+after) ? Date.parse(after) - Date.now() : +after * 1000;
  return Math.min(Math.max(wait, 0) || 0, 600_000);
}
