// Entities to choose from: candidates of the selection, or titles that are searched.
import { ask } from "./api.js";
import { $, foreign, h, number, percent, refill } from "./dom.js";

const KEYS = 9;
const MOST_KEPT = 400;
const WAIT_MS = 90;

export class Cards {
  /** `choose(entity)` is called when somebody takes one. */
  constructor(choose, hasKb) {
    this.choose = choose;
    this.hasKb = hasKb;
    this.kept = new Map();
    this.cards = [];
    this.surface = "";
    this.searched = ""; // what the cards were found by; "" = the surface
    this.chosen = null;
    this.isPlain = false; // cards without number keys: these mean something else now
    this.marked = -1;
    this.timer = 0;
    this.turn = 0;
    const search = $("search");
    search.addEventListener("input", () => this.searchSoon());
    search.addEventListener("keydown", (event) => this.inSearch(event));
    search.placeholder = hasKb ? "Search a title   ( / )" : "Type a title, Enter takes it   ( / )";
  }

  /** Show what the selection can mean; `chosen` is the entity that it has. */
  async show(surface, chosen) {
    const isOther = surface !== this.surface;
    this.surface = surface;
    this.chosen = chosen;
    if (isOther) this.searched = $("search").value = "";
    if ($("search").value.trim()) return this.draw();
    await this.load(surface ? `api/candidates?surface=${encodeURIComponent(surface)}` : "", isOther);
  }

  /** Fetch candidates that will be asked for soon. */
  prefetch(surface) {
    if (this.hasKb) this.fetched(`api/candidates?surface=${encodeURIComponent(surface)}`).catch(() => {});
  }

  async load(path, isOther) {
    const turn = ++this.turn;
    this.marked = -1;
    let cards = [];
    try {
      cards = path ? await this.fetched(path) : [];
    } catch {
      return; // the page says elsewhere that the server is gone
    }
    if (turn !== this.turn) return;
    this.cards = cards;
    this.draw();
    if (isOther) $("cards").scrollTop = 0;
  }

  async fetched(path) {
    const known = this.kept.get(path);
    if (known) return known;
    const { cards } = await ask(path);
    this.kept.set(path, cards);
    if (this.kept.size > MOST_KEPT) this.kept.delete(this.kept.keys().next().value);
    return cards;
  }

  draw() {
    const text = $("search").value.trim();
    $("cards-name").textContent = text ? "Titles" : "Candidates";
    $("search").setAttribute("aria-expanded", String(Boolean(text)));
    $("nil").setAttribute("aria-pressed", String(this.chosen === "NIL"));
    $("nil").disabled = this.isPlain || !this.surface;
    $("cards").classList.toggle("plain", this.isPlain);
    const rows = this.cards.map((card, at) => this.card(card, at));
    refill($("cards"), rows.length ? rows : h("li", { class: "empty", role: "none" }, this.reason(text)));
  }

  reason(text) {
    if (text && this.hasKb) return `No title begins with “${text}”.`;
    if (text) return "Enter takes the title as typed.";
    if (!this.surface) return "Select words of the caption.";
    if (this.isPlain) return "The knowledge base has nothing of that name.";
    return this.hasKb ? "Nothing is called that. Search a title, or 0 for NIL." : "There is no knowledge base here: type titles.";
  }

  card(card, at) {
    const isChosen = this.chosen === card.entity;
    const picture = card.picture ? h("img", { src: `api/thumbnails/${card.entity_id}`, alt: "", loading: "lazy", width: 52, height: 52, onerror: (event) => event.target.remove() }) : null;
    const chance = card.p === null ? null : h("span", { class: "chance" }, h("meter", { min: 0, max: 1, value: card.p, "aria-hidden": "true" }), percent(card.p));
    const level = card.level && card.level !== "exact" ? h("span", { class: "level" }, card.level === "folded" ? "other case" : "shortened") : null;
    return h("li", { role: "none" }, h("button", {
      class: `card${isChosen ? " chosen" : ""}${at === this.marked ? " marked" : ""}`, id: `card-${at}`, "data-focus": `card-${at}`,
      role: "option", "aria-selected": String(isChosen), "aria-keyshortcuts": at < KEYS ? String(at + 1) : null, onclick: () => this.take(at),
    },
    h("kbd", { class: at < KEYS ? "" : "none", "aria-hidden": "true" }, at < KEYS ? String(at + 1) : " "),
    h("span", { class: "thumb" }, picture),
    h("span", { class: "about" },
      h("span", { class: "head" }, foreign(card.entity, { class: "title" }), level, chance, h("span", { class: "links", title: "links in" }, `${number(card.n_inlinks)} links`)),
      card.via ? h("span", { class: "via" }, "redirect: ", foreign(card.via)) : null,
      h("span", { class: "lead", dir: "auto" }, card.lead || "No article text."))));
  }

  /** Take the card of that place; false where there is none. */
  take(at) {
    const card = this.cards[at];
    if (!card || !this.surface) return false;
    this.close();
    this.choose(card.entity);
    return true;
  }

  searchSoon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.search(), WAIT_MS);
  }

  async search() {
    const text = $("search").value;
    this.searched = text;
    const path = text.trim() ? `api/titles?prefix=${encodeURIComponent(text)}` : this.surface ? `api/candidates?surface=${encodeURIComponent(this.surface)}` : "";
    await this.load(this.hasKb ? path : "", true);
    if (text.trim() && this.cards.length) this.move(1);
  }

  close() {
    const isOpen = $("search").value !== "";
    this.searched = $("search").value = "";
    $("search").removeAttribute("aria-activedescendant");
    if (document.activeElement === $("search") || isOpen) $("caption").focus();
  }

  move(direction) {
    if (!this.cards.length) return;
    this.marked = (this.marked + direction + this.cards.length) % this.cards.length;
    this.draw();
    $("search").setAttribute("aria-activedescendant", `card-${this.marked}`);
    $(`card-${this.marked}`).scrollIntoView({ block: "nearest" });
  }

  async inSearch(event) {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      this.move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Escape") {
      event.preventDefault();
      this.close();
      this.load(this.surface ? `api/candidates?surface=${encodeURIComponent(this.surface)}` : "", true);
    } else if (event.key === "Enter") {
      event.preventDefault();
      clearTimeout(this.timer);
      const text = $("search").value.trim();
      if (this.hasKb && (this.marked < 0 || this.searched !== $("search").value)) await this.search();
      if (this.hasKb) this.take(Math.max(0, this.marked));
      else if (text && this.surface) {
        this.close();
        this.choose(text);
      }
    }
  }
}
