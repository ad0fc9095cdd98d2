// The page of an expert: readings side by side, one is accepted or a new one made, always with a reason.
import { Refused, ask, workFor } from "./api.js";
import { drawCaption, isRightToLeft, tellSelection, watchMouse } from "./caption.js";
import { Cards } from "./cards.js";
import { $, foreign, h, refill, say } from "./dom.js";
import { Item } from "./item.js";
import { drawKeyHelp, watchKeys } from "./keys.js";
import { drawRules, drawTypes, TYPE_KEYS } from "./panels.js";
import { Overview, alarm, drawPlace, fatal, setUpTheme, showImage, zoom } from "./shell.js";

const KINDS = { presence: "is it a mention", boundary: "boundary", type: "type", entity: "entity", nil: "NIL or linked" };
const REASON_KEYS = "abcdefghij";
const HELP = {
  "Reading": [["1 2 …", "accept that reading"], ["0", "nothing is marked there"], ["n", "a new reading: mark it as annotators do, Enter ends"], ["a b c …", "the reason; the decision is then saved"], ["t", "note"], ["Esc", "back"]],
  "Pair": [["↑ ↓", "to the next dispute of the pair"], ["Enter", "to the next open dispute"], ["Page ↑ ↓", "previous, next pair"], ["g", "all pairs"], ["i", "image, large"], ["?", "this help"]],
  "New reading": [["← → Shift", "words and selection"], ...Object.entries(TYPE_KEYS).map(([key, type]) => [key, `mark as ${type}`]), ["1–9 0", "entity or NIL"], ["/", "search a title"], ["Del", "delete"], ["Ctrl Z", "undo"]],
};

class Page {
  constructor(session) {
    this.session = session;
    this.items = session.items;
    this.at = -1;
    this.shown = null;
    this.item = null;
    this.number = 0;
    this.choice = null;
    this.isEditing = false;
    this.about = new Map();
    this.overview = new Overview("pair", (at) => this.go(at));
    this.cards = new Cards((entity) => this.takeEntity(entity), session.has_kb);
  }

  get dispute() {
    return this.shown?.disputes[this.number];
  }

  async start() {
    $("project").textContent = this.session.project;
    $("who").textContent = this.session.name;
    document.title = `${this.session.project}: adjudication`;
    drawRules(this.session.rules);
    drawKeyHelp(HELP);
    this.bind();
    const wanted = Number(location.hash.slice(1)) - 1;
    await this.go(this.items[wanted] ? wanted : Math.max(0, this.items.findIndex((one) => one.state !== "done")));
  }

  bind() {
    watchMouse(() => (this.isEditing ? this.item : null), () => this.redraw());
    const onwards = () => (isRightToLeft() ? -1 : 1); // where the right arrow leads
    const edit = (act) => () => this.isEditing && this.look(act);
    const leave = (act) => () => this.leave(act);
    const change = (act) => () => this.isEditing && this.change(act);
    const bindings = {
      ArrowRight: edit(() => this.item.step(onwards())), ArrowLeft: edit(() => this.item.step(-onwards())),
      "Shift+ArrowRight": edit(() => this.item.extend(onwards())), "Shift+ArrowLeft": edit(() => this.item.extend(-onwards())),
      ArrowDown: leave(() => this.open(this.number + 1)), ArrowUp: leave(() => this.open(this.number - 1)),
      Delete: change(() => this.item.remove()), Backspace: change(() => this.item.remove()),
      "Ctrl+z": change(() => this.item.undo()), "Ctrl+y": change(() => this.item.redo()),
      "/": () => this.isEditing && $("search").focus(), t: () => !this.isEditing && $("note").focus(), x: () => $("cards").classList.toggle("whole"),
      Escape: () => this.back(), Enter: () => (this.isEditing ? this.endEditing() : this.nextOpen()),
      PageDown: leave(() => this.go(this.at + 1)), PageUp: leave(() => this.go(this.at - 1)),
      "?": () => $("keys").showModal(), 0: () => (this.isEditing ? this.change(() => this.item.mark({ entity: "NIL" })) : this.choose("none")),
    };
    for (let at = 1; at <= 9; at += 1) bindings[at] = () => (this.isEditing ? this.cards.take(at - 1) : this.choose(String(at)));
    for (const key of "abcdefghijklmnopqrstuvw") bindings[key] ??= () => this.letter(key);
    const guarded = Object.fromEntries(Object.entries(bindings).map(([key, act]) => [key, () => this.shown && act()]));
    watchKeys(guarded);
    for (const [id, key] of Object.entries({ previous: "PageUp", next: "PageDown", help: "?", finish: "Enter", nil: "0" })) $(id).addEventListener("click", guarded[key]);
    $("all").addEventListener("click", () => this.overview.show(this.items, this.at));
    $("image").addEventListener("click", () => zoom());
    $("zoom").addEventListener("click", () => $("zoom").close());
  }

  /** Go somewhere else; a new reading that was begun is left only if that is meant. */
  leave(act) {
    if (this.isEditing && this.item.past.length) alarm("This reading is not ended, and a reason is missing.", [["Stay here", () => $("caption").focus()], ["Leave it", act]]);
    else act();
  }

  letter(key) {
    if (this.isEditing) {
      if (TYPE_KEYS[key]) this.change(() => this.item.mark({ type: TYPE_KEYS[key] }));
    } else if (this.choice !== null) {
      const reason = Object.keys(this.session.reasons)[REASON_KEYS.indexOf(key)];
      if (reason) this.decide(reason);
    } else if (key === "n") this.startEditing();
    else if (key === "g") this.overview.show(this.items, this.at);
    else if (key === "i") zoom();
  }

  async go(at) {
    if (!this.items[at]) return;
    this.at = at;
    history.replaceState(null, "", `#${at + 1}`);
    try {
      await this.take(await ask(`api/disputes/${this.items[at].key}`));
    } catch (error) {
      fatal(error, () => location.reload());
      return;
    }
    const open = this.shown.disputes.findIndex((one) => !one.decision?.is_valid);
    showImage(this.shown.picture ? `api/disputes/${this.items[at].key}/picture` : null);
    $("desk").setAttribute("aria-busy", "false");
    this.open(Math.max(0, open));
    $("caption").focus({ preventScroll: true });
  }

  async take(shown) {
    this.shown = shown;
    const n = shown.disputes.filter((one) => one.decision?.is_valid).length;
    this.items[this.at].state = n === shown.disputes.length ? "done" : n ? "draft" : "";
    const titles = new Set(shown.disputes.flatMap((one) => one.options).flatMap((one) => one.spans).map((one) => one.entity).filter((one) => one && one !== "NIL" && !this.about.has(one)));
    if (titles.size) {
      const { cards } = await ask(`api/about?${[...titles].map((one) => `title=${encodeURIComponent(one)}`).join("&")}`);
      for (const card of cards) this.about.set(card.entity, card);
    }
    drawPlace("Pair", this.items, this.at, "decided");
  }

  /** Look at a dispute of the pair. */
  open(wanted) {
    if (!this.shown.disputes[wanted]) return;
    this.number = wanted;
    this.isEditing = false;
    const { decision } = this.dispute;
    this.choice = null;
    $("note").value = decision?.note ?? "";
    this.item = new Item({ ...this.shown, annotations: [], version: 0, done: false, note: "", ambiguity: "", origin: "", findings: [] });
    this.item.fixed = this.shown.agreed;
    this.redraw();
    say(`Dispute ${wanted + 1} of ${this.shown.disputes.length}: ${this.stretch()}, ${this.dispute.kinds.map((kind) => KINDS[kind]).join(", ")}`);
  }

  stretch() {
    return this.item.points.slice(this.dispute.start, this.dispute.end).join("");
  }

  choose(choice) {
    if (choice !== "none" && choice !== "new" && !this.dispute.options[Number(choice) - 1]) return;
    this.choice = choice;
    this.redraw();
    say(`${choice === "none" ? "Nothing" : choice === "new" ? "New reading" : `Reading ${choice}`}: now the reason`);
  }

  back() {
    if (this.isEditing) {
      this.isEditing = false;
      this.choice = null;
    } else if (this.choice !== null) this.choice = null;
    this.redraw();
  }

  startEditing() {
    this.isEditing = true;
    this.choice = null;
    const from = this.dispute.options.find((one) => one.spans.length);
    this.item.mentions = (from?.spans ?? []).map((one) => ({ ...one }));
    this.item.select(this.dispute.start, this.dispute.end);
    this.item.past = [];
    if (this.item.mentions.length) this.item.choose(0);
    this.redraw();
    $("caption").focus();
    say("New reading");
  }

  endEditing() {
    const open = this.item.mentions.findIndex((one) => one.type === null || one.entity === null);
    if (open >= 0) {
      this.item.choose(open);
      this.redraw();
      say("This mention has no type or no entity yet");
      return;
    }
    this.isEditing = false;
    this.choose(this.item.mentions.length ? "new" : "none");
  }

  look(act) {
    act();
    this.redraw();
    tellSelection(this.item);
  }

  change(act) {
    if (!this.isEditing) return;
    const place = this.item.selection;
    if (place && this.item.fixed.some((one) => one.start < place.end && place.start < one.end)) {
      say("All agree on what stands there");
      return;
    }
    if (act()) this.look(() => {});
  }

  /** A candidate was taken: a new reading begins with it where none is being made. */
  takeEntity(entity) {
    if (!this.isEditing) this.startEditing();
    this.change(() => this.item.mark({ entity }));
  }

  async decide(reason) {
    const { dispute } = this;
    const note = $("note").value.trim();
    if (reason === "other" && !note) {
      $("note").focus();
      say("This reason needs a note");
      return;
    }
    const spans = this.choice === "new" ? this.item.mentions.map(({ start, end, surface, type, entity, flags }) => ({ start, end, surface, type, entity, flags })) : [];
    this.tell("saving", "Saving …");
    try {
      const body = { dispute: dispute.id, basis: dispute.basis, before: dispute.before, choice: this.choice, reason, note, spans };
      await this.take(await ask(`api/disputes/${this.shown.key}`, { method: "PUT", body }));
    } catch (error) {
      this.failed(error, reason);
      return;
    }
    this.tell("saved", "Saved");
    const open = this.shown.disputes.findIndex((one) => !one.decision?.is_valid);
    if (open >= 0) this.open(open);
    else {
      this.open(this.number);
      await this.nextOpen();
    }
  }

  failed(error, reason) {
    this.tell("out", "Not saved");
    if (error instanceof Refused && error.status === 409) alarm(`${error.message[0].toUpperCase()}${error.message.slice(1)}. Nothing was saved.`, [["Show what is there now", () => location.reload()]]);
    else fatal(error, () => this.decide(reason));
  }

  tell(state, text) {
    $("saved").dataset.state = state;
    $("saved").textContent = text;
  }

  async nextOpen() {
    const here = this.shown.disputes.findIndex((one, at) => at > this.number && !one.decision?.is_valid);
    if (here >= 0) return this.open(here);
    const after = this.items.findIndex((one, at) => at > this.at && one.state !== "done");
    const first = this.items.findIndex((one) => one.state !== "done");
    if (after >= 0 || first >= 0) return this.go(after >= 0 ? after : first);
    return alarm("All disputes are decided. Thank you!", []);
  }

  redraw() {
    const { item, dispute } = this;
    item.stretch = this.isEditing ? null : dispute;
    if (!this.isEditing && this.choice !== "new") item.mentions = this.preview();
    if (!this.isEditing) item.clear();
    drawCaption(item);
    $("types").hidden = !this.isEditing;
    if (this.isEditing) drawTypes(item, { type: (type) => this.change(() => item.mark({ type })) });
    this.drawReadings();
    this.drawReasons();
    $("notes").hidden = !this.shown.notes.length;
    refill($("notes"), h("strong", {}, "Annotators noted: "), this.shown.notes.map((note) => [foreign(note), " "]).flat());
    $("finish").firstChild.data = this.isEditing ? "End reading " : "Next open ";
    const one = item.mentions[item.active];
    this.cards.isPlain = !this.isEditing;
    this.cards.show(this.isEditing ? item.selected : this.stretch(), this.isEditing ? one?.entity ?? null : null);
  }

  /** What the caption shows of the dispute: the reading that is chosen or was decided on. */
  preview() {
    const { decision, options } = this.dispute;
    const choice = this.choice ?? decision?.choice;
    if (choice === "new" && decision) return decision.spans.map((one) => ({ ...one }));
    return (options[Number(choice) - 1]?.spans ?? []).map((one) => ({ ...one }));
  }

  drawReadings() {
    const { dispute } = this;
    const total = this.shown.disputes.length;
    $("dispute-name").textContent = `Dispute ${this.number + 1} of ${total}: ${dispute.kinds.map((kind) => KINDS[kind]).join(", ")}`;
    const readings = dispute.options.map((option, at) => this.reading(String(at + 1), String(at + 1), option.spans, option.voices));
    const hasNothing = dispute.options.some((option) => !option.spans.length);
    if (!hasNothing) readings.push(this.reading("0", "none", [], 0));
    const made = this.choice === "new" || this.isEditing ? this.item.mentions : dispute.decision?.choice === "new" ? dispute.decision.spans : null;
    readings.push(this.reading("n", "new", made, 0));
    refill($("readings"), readings);
    if (this.isEditing) $("readings").lastElementChild.scrollIntoView({ block: "nearest" });
  }

  reading(key, choice, spans, voices) {
    const { decision } = this.dispute;
    const isChosen = (this.isEditing ? "new" : this.choice ?? (decision?.is_valid ? decision.choice : null)) === choice;
    const act = () => (choice === "new" ? this.startEditing() : this.choose(choice));
    const head = choice === "new" ? "another reading" : choice === "none" ? "nothing is marked" : `${voices} of ${this.shown.voices}`;
    return h("button", { class: `reading${isChosen ? " chosen" : ""}`, "aria-pressed": String(isChosen), "aria-keyshortcuts": key, "data-focus": `reading-${choice}`, onclick: act },
      h("span", { class: "head" }, h("kbd", { "aria-hidden": "true" }, key), h("span", { class: "voices" }, head)),
      spans?.length ? spans.map((one) => this.span(one)) : choice === "new" ? null : h("span", { class: "empty" }, "No mention here."));
  }

  span(one) {
    const card = this.about.get(one.entity);
    return h("span", { class: "span" },
      h("span", { class: "line" }, foreign(one.surface, { class: "surface" }), h("span", { class: `tag ${one.type ?? "none"}` }, one.type ?? "type?")),
      h("span", { class: "line" }, h("span", { class: "arrow", "aria-hidden": "true" }, "→"), one.entity === "NIL" ? h("span", { class: "nil" }, "NIL") : one.entity ? foreign(one.entity, { class: "entity" }) : h("span", { class: "missing" }, "entity?"), one.flags.map((flag) => h("span", { class: "flag" }, flag))),
      card ? h("span", { class: "lead", dir: "auto" }, card.lead) : null);
  }

  drawReasons() {
    const { decision } = this.dispute;
    $("reasons").hidden = this.isEditing;
    $("reasons").classList.toggle("asked", this.choice !== null);
    $("reasons-name").textContent = this.choice === null ? (decision ? (decision.is_valid ? "Decided, reason" : "Out of date: an annotator has changed it since") : "Reason: choose a reading first") : "Why? The decision is then saved";
    refill($("reason-buttons"), Object.entries(this.session.reasons).map(([reason, meaning], at) => h("button", {
      class: "reason", "data-focus": reason, disabled: this.choice === null, "aria-pressed": String(this.choice === null && decision?.reason === reason), "aria-keyshortcuts": REASON_KEYS[at], onclick: () => this.decide(reason),
    }, h("kbd", { "aria-hidden": "true" }, REASON_KEYS[at]), ` ${meaning}`)));
  }
}

setUpTheme();
try {
  const { name } = await ask("api/who");
  workFor(name);
  const session = await ask("api/session");
  if (!session.items.length) alarm("There is nothing to decide yet: pairs come here when everybody has finished them, and only where they differ.", []);
  else await new Page(session).start();
} catch (error) {
  fatal(error, () => location.reload());
}
