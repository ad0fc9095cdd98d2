// What all pages share: messages across the top, light and dark.
import { $, h, number, refill } from "./dom.js";

const STATES = { done: "done", draft: "begun", "": "open" };

/** A message that stays until one of its buttons is pressed. */
export function alarm(text, buttons) {
  const close = () => { $("alarm").hidden = true; };
  $("alarm").replaceChildren(h("span", {}, text), ...buttons.map(([label, act]) => h("button", { onclick: () => { close(); act(); } }, label)), buttons.length ? "" : h("button", { onclick: close }, "Close"));
  $("alarm").hidden = false;
  $("alarm").querySelector("button")?.focus();
}

/** Something that the page cannot mend by itself. */
export function fatal(error, again) {
  const text = error instanceof TypeError ? "The server does not answer." : `${error.message[0].toUpperCase()}${error.message.slice(1)}.`;
  alarm(text, [["Try again", again]]);
}

export function setUpTheme() {
  $("theme").addEventListener("click", () => {
    const isDark = getComputedStyle(document.documentElement).colorScheme.includes("dark");
    document.documentElement.dataset.theme = isDark ? "light" : "dark";
    try { localStorage.setItem("annotation-theme", isDark ? "light" : "dark"); } catch { /* storage may be off */ }
  });
}

/** The dialog of all items, each with its state. */
export class Overview {
  /** `word` says what an item is; `go(at)` opens one. */
  constructor(word, go) {
    this.word = word;
    this.go = go;
  }

  show(items, here) {
    const tile = (state, more, ...children) => h("span", { class: `tile ${state} ${more}` }, ...children);
    const buttons = items.map((one, at) => h("button", {
      class: `tile ${one.state || "open"}${at === here ? " here" : ""}${one.discuss ? " discuss" : ""}`, autofocus: at === here,
      "aria-label": `${this.word} ${at + 1}, ${STATES[one.state]}${one.discuss ? ", to discuss" : ""}`, onclick: () => { $("overview").close(); this.go(at); },
    }, String(at + 1)));
    refill($("overview"), h("h2", { id: "overview-name" }, `All ${this.word}s`),
      h("p", { class: "legend" }, tile("done", "", "1"), " done ", tile("draft", "", "2"), " begun ", tile("open", "", "3"), " open ", tile("open", "discuss", "4"), " to discuss"),
      h("div", { class: "tiles" }, buttons), h("form", { method: "dialog" }, h("button", {}, "Close")));
    $("overview").showModal();
  }
}

/** The picture of an item, or that it has none. */
export function showImage(path) {
  const image = $("image");
  const tell = (text) => { [$("no-image").textContent, $("no-image").hidden, image.hidden] = [text, !text, Boolean(text)]; };
  tell(path ? "…" : "No image"); // the one before must not stay beside another caption
  image.onload = () => tell("");
  image.onerror = () => tell("The image cannot be shown");
  if (path) image.src = path;
  else image.removeAttribute("src");
}

export function zoom() {
  if ($("image").hidden) return;
  $("zoomed").src = $("image").src;
  $("zoom").showModal();
}

/** The way on and how much is done. */
export function drawPlace(word, items, at, told) {
  const done = items.filter((one) => one.state === "done").length;
  $("position").textContent = `${word} ${number(at + 1)} of ${number(items.length)}`;
  $("position").dataset.state = items[at]?.state ?? "";
  $("count").textContent = `${number(done)} ${told}`;
  $("bar").max = Math.max(1, items.length);
  $("bar").value = done;
  $("previous").disabled = at <= 0;
  $("next").disabled = at >= items.length - 1;
}
