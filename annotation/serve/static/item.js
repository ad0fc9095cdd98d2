// One item as it is being worked on: mentions, selection, undo. Knows nothing of the page.
import { codePoints, slice, unitAt, units } from "./text.js";

const MOST_UNDO = 200;

export class Item {
  /** `shown` is what the server tells of the item. */
  constructor(shown) {
    this.key = shown.key;
    this.caption = shown.caption;
    this.picture = shown.picture;
    this.points = codePoints(shown.caption);
    this.units = units(this.points, shown.tokens);
    this.past = [];
    this.future = [];
    this.anchor = -1;
    this.focus = -1;
    this.take(shown);
    this.wasDone = shown.done;
  }

  /** Take over what the server has. */
  take({ version, done, annotations, note, ambiguity, origin, findings }) {
    Object.assign(this, { version, done, note, ambiguity, origin, findings });
    this.mentions = annotations.map((one) => ({ ...one, surface: slice(this.points, one.start, one.end) }));
  }

  /** First and last + 1 code point of the selection; null without one. */
  get selection() {
    if (this.anchor < 0) return null;
    const [first, last] = [Math.min(this.anchor, this.focus), Math.max(this.anchor, this.focus)];
    return { start: this.units[first].start, end: this.units[last].end };
  }

  get selected() {
    const place = this.selection;
    return place ? slice(this.points, place.start, place.end) : "";
  }

  /** Number of the mention that the selection stands on; -1 where it is none, or no whole one. */
  get active() {
    const place = this.selection;
    return place ? this.mentions.findIndex((one) => one.start === place.start && one.end === place.end) : -1;
  }

  mentionAt(unit) {
    const place = this.units[unit];
    return this.mentions.findIndex((one) => one.start < place.end && place.start < one.end);
  }

  /** Put the cursor on a unit, or on the mention that it is part of. */
  put(unit) {
    if (!this.units.length) return;
    const at = Math.max(0, Math.min(unit, this.units.length - 1));
    const mention = this.mentionAt(at);
    if (mention >= 0) this.choose(mention);
    else this.anchor = this.focus = at;
  }

  choose(mention) {
    const one = this.mentions[mention];
    this.select(one.start, one.end);
  }

  /** Select the units from one code point to another. */
  select(start, end) {
    this.anchor = unitAt(this.units, start);
    this.focus = unitAt(this.units, end - 1);
  }

  clear() {
    this.anchor = this.focus = -1;
  }

  /** To the next word or mention in a direction; punctuation is passed over. */
  step(direction) {
    if (this.anchor < 0) return this.put(direction > 0 ? this.firstWord() : this.units.length - 1);
    const edge = direction > 0 ? Math.max(this.anchor, this.focus) : Math.min(this.anchor, this.focus);
    let at = edge + direction;
    while (this.units[at] && !this.units[at].word && this.mentionAt(at) < 0) at += direction;
    if (this.units[at]) this.put(at);
  }

  firstWord() {
    return Math.max(0, this.units.findIndex((unit) => unit.word));
  }

  /** Move the end of the selection that is not its anchor. */
  extend(direction) {
    if (this.anchor < 0) return this.step(direction);
    const at = this.focus + direction;
    if (this.units[at]) this.focus = at;
  }

  /** To the next mention in a direction, round about. */
  stepMention(direction) {
    if (!this.mentions.length) return;
    const place = this.selection ?? { start: -1, end: 0 };
    const later = this.mentions.findIndex((one) => one.start > place.start);
    const earlier = this.mentions.findLastIndex((one) => one.start < place.start);
    const found = direction > 0 ? later : earlier;
    this.choose(found >= 0 ? found : direction > 0 ? 0 : this.mentions.length - 1);
  }

  /** Change the mention of the selection, made first where there is none; what it overlaps gives way to it. */
  mark(changes) {
    const place = this.selection;
    if (!place) return false;
    this.remember();
    const overlapped = this.mentions.filter((one) => one.start < place.end && place.start < one.end);
    const base = overlapped[0] ?? { type: null, entity: null, flags: [], clues: null };
    const made = { ...base, ...place, ...changes, surface: slice(this.points, place.start, place.end) };
    this.mentions = [...this.mentions.filter((one) => !overlapped.includes(one)), made];
    this.mentions.sort((one, other) => one.start - other.start);
    return true;
  }

  toggleFlag(flag) {
    const one = this.mentions[this.active];
    if (!one) return false;
    const flags = one.flags.includes(flag) ? one.flags.filter((other) => other !== flag) : [...one.flags, flag].sort();
    return this.mark({ flags });
  }

  toggleClue(clue) {
    const one = this.mentions[this.active];
    if (!one) return false;
    if (clue === null) return this.mark({ clues: one.clues !== null && !one.clues.length ? null : [] });
    const now = one.clues ?? [];
    return this.mark({ clues: now.includes(clue) ? now.filter((other) => other !== clue) : [...now, clue] });
  }

  remove() {
    const at = this.active;
    if (at < 0) return false;
    this.remember();
    this.mentions.splice(at, 1);
    return true;
  }

  set(changes) {
    this.remember();
    Object.assign(this, changes);
  }

  remember() {
    this.past.push(this.snapshot());
    if (this.past.length > MOST_UNDO) this.past.shift();
    this.future = [];
  }

  /** Back to before the last change; false where this page knows none. */
  undo() {
    return this.travel(this.past, this.future);
  }

  redo() {
    return this.travel(this.future, this.past);
  }

  travel(from, to) {
    const found = from.pop();
    if (!found) return false;
    to.push(this.snapshot());
    const { mentions, note, ambiguity } = JSON.parse(found);
    Object.assign(this, { mentions, note, ambiguity });
    return true;
  }

  snapshot() {
    return JSON.stringify({ mentions: this.mentions, note: this.note, ambiguity: this.ambiguity });
  }

  /** What the server is to save. */
  draft(done) {
    return {
      base: this.version, done, note: this.note, ambiguity: this.ambiguity, origin: this.origin,
      annotations: this.mentions.map(({ start, end, surface, type, entity, flags, clues }) => ({ start, end, surface, type, entity, flags, clues })),
    };
  }
}
