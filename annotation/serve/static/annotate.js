// The page of an annotator.
import { Refused, ask, workFor } from "./api.js";
import { drawCaption, isRightToLeft, tellSelection, watchMouse } from "./caption.js";
import { Cards } from "./cards.js";
import { $, h, say } from "./dom.js";
import { Item } from "./item.js";
import { drawKeyHelp, helpOf, watchKeys } from "./keys.js";
import { drawChecks, drawDetails, drawMentions, drawRules, drawTypes, TYPE_KEYS } from "./panels.js";
import { Saver } from "./saving.js";
import { Overview, alarm, drawPlace, fatal, setUpTheme, showImage, zoom } from "./shell.js";

class Page {
  constructor(session) {
    this.session = session;
    this.items = session.items;
    this.at = -1;
    this.item = null;
    this.fetched = new Map();
    this.overview = new Overview("item", (at) => this.go(at));
    this.cards = new Cards((entity) => this.change(() => this.item.mark({ entity })), session.has_kb);
    this.saver = new Saver({
      saved: (item) => this.wasSaved(item),
      conflict: () => this.showConflict(),
      refused: (error) => fatal(error, () => location.reload()),
    });
    this.actions = {
      type: (type) => this.change(() => this.item.mark({ type })),
      choose: (mention) => this.look(() => this.item.choose(mention)),
      flag: (flag) => this.change(() => this.item.toggleFlag(flag)),
      clue: (clue) => this.change(() => this.item.toggleClue(clue)),
      remove: () => this.change(() => this.item.remove()),
      goTo: (finding) => this.goTo(finding),
      fix: (finding) => this.applyFix(finding),
    };
  }

  start() {
    const { name, project, rules, layers, ambiguities } = this.session;
    $("project").textContent = project;
    $("who").textContent = name;
    document.title = `${project}: annotation`;
    drawRules(rules);
    drawKeyHelp(helpOf(this.session));
    if (layers.includes("ambiguity")) {
      $("ambiguity").hidden = $("ambiguity-label").hidden = false;
      $("ambiguity").append(h("option", { value: "" }, "–"), ...ambiguities.map((one) => h("option", { value: one }, one)));
    }
    this.bind();
    const wanted = Number(location.hash.slice(1)) - 1;
    const open = this.items.findIndex((one) => one.state !== "done");
    return this.go(this.items[wanted] ? wanted : Math.max(0, open));
  }

  bind() {
    watchMouse(() => this.item, () => this.redraw());
    const onwards = () => (isRightToLeft() ? -1 : 1); // where the right arrow leads
    const bindings = {
      ArrowRight: () => this.look(() => this.item.step(onwards())), ArrowLeft: () => this.look(() => this.item.step(-onwards())),
      "Shift+ArrowRight": () => this.look(() => this.item.extend(onwards())), "Shift+ArrowLeft": () => this.look(() => this.item.extend(-onwards())),
      ArrowDown: () => this.look(() => this.item.stepMention(1)), ArrowUp: () => this.look(() => this.item.stepMention(-1)),
      Home: () => this.look(() => this.item.put(this.item.firstWord())), End: () => this.look(() => this.item.put(this.item.units.length - 1)),
      Escape: () => this.look(() => this.item.clear()),
      Delete: this.actions.remove, Backspace: this.actions.remove,
      d: () => this.actions.flag("discuss"), y: () => this.actions.flag("metonymy"),
      0: () => this.change(() => this.item.mark({ entity: "NIL" })),
      "/": () => $("search").focus(), n: () => $("note").focus(), x: () => $("cards").classList.toggle("whole"),
      a: () => !$("ambiguity").hidden && $("ambiguity").focus(),
      f: () => { const found = this.item.findings.find((one) => one.fix); if (found) this.applyFix(found); },
      "Ctrl+z": () => this.undo(), "Ctrl+y": () => this.redo(), "Ctrl+Shift+Z": () => this.redo(), "Ctrl+Z": () => this.redo(),
      Enter: () => this.finish(), PageDown: () => this.go(this.at + 1), PageUp: () => this.go(this.at - 1),
      g: () => this.overview.show(this.items, this.at), i: zoom, "?": () => $("keys").showModal(),
    };
    for (const [key, type] of Object.entries(TYPE_KEYS)) bindings[key] = () => this.actions.type(type);
    for (let at = 1; at <= 9; at += 1) bindings[at] = () => this.cards.take(at - 1);
    if (this.session.layers.includes("visual_clues")) {
      this.session.clues.forEach((clue, at) => { bindings[`Shift+${at + 1}`] = () => this.actions.clue(clue); });
      bindings["Shift+0"] = () => this.actions.clue(null);
    }
    const guarded = Object.fromEntries(Object.entries(bindings).map(([key, act]) => [key, () => this.item && act()]));
    watchKeys(guarded);
    for (const [id, key] of Object.entries({ previous: "PageUp", next: "PageDown", all: "g", help: "?", finish: "Enter", nil: "0" })) $(id).addEventListener("click", guarded[key]);
    $("image").addEventListener("click", guarded.i);
    $("zoom").addEventListener("click", () => $("zoom").close());
    $("note").addEventListener("input", () => this.change(() => { this.item.set({ note: $("note").value }); return true; }));
    $("ambiguity").addEventListener("change", () => this.change(() => { this.item.set({ ambiguity: $("ambiguity").value }); return true; }));
  }

  /** Move the selection. */
  look(act) {
    act();
    this.redraw();
    tellSelection(this.item);
  }

  /** Change the item; `act` says whether it did. */
  change(act) {
    if (!this.item || this.saver.state === "conflict" || !act()) return;
    this.item.done = false;
    this.redraw();
    tellSelection(this.item);
    this.saver.touch();
  }

  redraw() {
    const { item } = this;
    drawCaption(item);
    drawTypes(item, this.actions);
    drawMentions(item, this.actions);
    drawDetails(item, this.session, this.actions);
    drawChecks(item, this.actions);
    this.cards.show(item.selected, item.mentions[item.active]?.entity ?? null);
  }

  async undo() {
    if (this.saver.state === "conflict") return;
    const { item } = this;
    if (item.undo()) {
      this.afterTravel("undone");
    } else if (item.version > 0) {
      try {
        await this.saver.flush();
      } catch {
        return; // the page tells of it already
      }
      const [before, shown] = [item.version, item.snapshot()];
      try {
        item.take(await ask(`api/items/${item.key}/undo`, { method: "POST", body: { base: item.version } }));
      } catch (error) {
        if (error instanceof Refused && error.status === 409) this.saver.mayRetry(error, item);
        else fatal(error, () => this.undo());
        return;
      }
      if (item.version !== before) item.future.push(shown);
      say(item.version === before ? "nothing to undo" : "undone");
      this.fill();
      this.wasSaved(item);
    }
  }

  redo() {
    if (this.saver.state !== "conflict" && this.item.redo()) this.afterTravel("redone");
  }

  afterTravel(told) {
    this.item.done = false;
    this.fill();
    this.saver.touch();
    say(told);
  }

  /** Put the fields of the item into the page. */
  fill() {
    const { item } = this;
    if (item.active < 0 && item.mentionAt(Math.max(0, item.anchor)) >= 0) item.put(item.anchor);
    $("note").value = item.note;
    $("ambiguity").value = item.ambiguity;
    $("began").hidden = item.origin !== "caption_links";
    this.redraw();
  }

  wasSaved(item) {
    const told = this.items.find((one) => one.key === item.key);
    told.state = item.done ? "done" : item.version ? "draft" : "";
    told.discuss = item.mentions.some((one) => one.flags.includes("discuss"));
    this.fetched.delete(item.key);
    this.drawPlace();
    if (item === this.item) drawChecks(item, this.actions);
  }

  drawPlace() {
    drawPlace("Item", this.items, this.at, "done");
  }

  /** Leave the item, saved, and open another. */
  async go(at) {
    if (!this.items[at]) return;
    try {
      if (this.item) await this.leave();
    } catch {
      return;
    }
    this.item = null; // until the next one is there no key changes anything
    this.at = at;
    this.drawPlace();
    history.replaceState(null, "", `#${at + 1}`);
    const { key } = this.items[at];
    let shown;
    try {
      shown = await (this.fetched.get(key) ?? ask(`api/items/${key}`));
    } catch (error) {
      this.fetched.delete(key);
      fatal(error, () => this.go(at));
      return;
    }
    if (this.items[this.at].key !== key) return;
    this.fetched.clear();
    this.item = new Item(shown);
    this.saver.open(this.item);
    showImage(shown.picture ? `api/items/${key}/picture` : null);
    if (this.item.mentions.length) this.item.choose(0);
    else this.item.put(this.item.firstWord());
    this.fill();
    $("desk").setAttribute("aria-busy", "false");
    $("desk").dataset.item = String(at + 1);
    $("caption").focus({ preventScroll: true });
    say(`Item ${at + 1}: ${this.item.caption}`);
    this.lookAhead();
  }

  /** Save; an item that was finished and is complete stays finished. */
  async leave() {
    await this.saver.flush();
    const isComplete = !this.item.findings.some((one) => one.severity === "E");
    if (this.item.wasDone && !this.item.done && isComplete) {
      await this.saver.finish();
    }
  }

  lookAhead() {
    const next = this.items[this.at + 1];
    if (!next) return;
    const coming = ask(`api/items/${next.key}`);
    coming.then((shown) => {
      if (shown.picture) new Image().src = `api/items/${next.key}/picture`;
    }).catch(() => this.fetched.delete(next.key));
    this.fetched.set(next.key, coming);
  }

  async finish() {
    const { item } = this;
    try {
      await this.saver.finish();
    } catch {
      return; // the page tells of it already
    }
    if (!item.done) {
      this.pointOut(item.findings.find((one) => one.severity === "E"));
      return;
    }
    item.wasDone = true;
    const after = this.items.findIndex((one, at) => at > this.at && one.state !== "done");
    const first = this.items.findIndex((one) => one.state !== "done");
    if (after >= 0 || first >= 0) await this.go(after >= 0 ? after : first);
    else alarm("Everything is done. Thank you! You may still go back and change what you like.", []);
  }

  /** Show what keeps the item from being finished. */
  pointOut(finding) {
    this.redraw();
    this.goTo(finding);
    $("checks").classList.remove("look-here");
    requestAnimationFrame(() => $("checks").classList.add("look-here"));
    say(`Not finished: ${finding.message}`);
  }

  goTo(finding) {
    if (finding.place !== null && this.item.mentions[finding.place]) this.look(() => this.item.choose(finding.place));
    else if (finding.span) this.look(() => this.item.select(...finding.span));
    $("caption").focus();
  }

  applyFix(finding) {
    const { fix, place } = finding;
    this.change(() => {
      if (!fix || !this.item.mentions[place]) return false;
      this.item.remember();
      this.item.mentions[place] = { ...fix };
      this.item.choose(place);
      return true;
    });
  }

  showConflict() {
    alarm("This item was changed in another tab or on another machine. Nothing of yours was saved over it.", [
      ["Show what is saved", () => this.reload()],
      ["Save mine instead", () => this.overwrite()],
    ]);
  }

  async reload() {
    this.saver.settle(false);
    this.item = null;
    this.fetched.clear();
    await this.go(this.at);
  }

  async overwrite() {
    try {
      this.item.version = (await ask(`api/items/${this.item.key}`)).version;
    } catch (error) {
      fatal(error, () => this.overwrite());
      return;
    }
    await this.saver.settle(true).catch(() => {});
  }
}

setUpTheme();
try {
  const { name } = await ask("api/who");
  workFor(name);
  const session = await ask("api/session");
  if (!session.items.length) alarm("Nothing is assigned to you yet.", []);
  else await new Page(session).start();
} catch (error) {
  fatal(error, () => location.reload());
}
