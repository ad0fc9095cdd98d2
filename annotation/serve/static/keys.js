// Every key of the page, once: what it does and what the help says of it.
import { $, h } from "./dom.js";
import { TYPE_KEYS } from "./panels.js";

const typing = (element) => element instanceof HTMLTextAreaElement || element instanceof HTMLSelectElement || (element instanceof HTMLInputElement);

/** The keys of an annotator: groups of [keys, meaning]. */
export function helpOf(session) {
  return {
    "Words": [["← →", "to the next word or mention"], ["Shift ← →", "extend or shrink the selection"], ["Home End", "to the first or last word"], ["↑ ↓", "to the next mention"], ["Esc", "select nothing; leave a field"]],
    "Mention": [
      ...Object.entries(TYPE_KEYS).map(([key, type]) => [key, `mark as ${type}`]),
      ["Del", "delete"], ["d", "to discuss"], ["y", "metonymy is meant"],
      ...(session.layers.includes("visual_clues") ? [["Shift 1–4", `the image shows: ${session.clues.join(", ")}`], ["Shift 0", "the image shows nothing of it"]] : []),
    ],
    "Entity": [["1–9", "take that candidate"], ["0", "NIL: the wiki does not have it"], ["/", "search a title; ↓ ↑ Enter choose, also beyond the ninth candidate"], ["x", "whole or short texts"]],
    "Item": [
      ["Enter", "finish, to the next open item"], ["Page ↑ ↓", "previous, next item without finishing"], ["g", "all items"], ["n", "note"],
      ...(session.layers.includes("ambiguity") ? [["a", "kind of ambiguity"]] : []),
      ["f", "apply the first fix"], ["i", "image, large"], ["Ctrl Z", "undo"], ["Ctrl Y", "redo"], ["?", "this help"],
    ],
  };
}

/** Fill the help: groups of rows of keys and meaning. */
export function drawKeyHelp(help) {
  const groups = Object.entries(help).map(([name, rows]) => h("section", {}, h("h3", {}, name),
    h("dl", {}, rows.map(([keys, meaning]) => h("div", {}, h("dt", {}, keys.split(" ").map((key) => [h("kbd", {}, key), " "]).flat()), h("dd", {}, meaning))))));
  $("keys").replaceChildren(h("h2", { id: "keys-name" }, "Keys"), h("div", { class: "help" }, groups), h("form", { method: "dialog" }, h("button", { class: "main", autofocus: true }, "Close")));
}

/** The name of a pressed key with its modifiers: `Shift+ArrowLeft`, `Ctrl+z`, `p`. */
function pressed(event) {
  const digit = /^Digit(\d)$/.exec(event.code);
  const name = event.shiftKey && digit ? digit[1] : event.key.length === 1 && !event.shiftKey ? event.key.toLowerCase() : event.key;
  const isLetter = event.key.length === 1 && !digit;
  return `${event.ctrlKey || event.metaKey ? "Ctrl+" : ""}${event.altKey ? "Alt+" : ""}${event.shiftKey && !isLetter ? "Shift+" : ""}${name}`;
}

/** Call what a key is bound to, unless somebody types or a dialog is open. */
export function watchKeys(bindings) {
  document.addEventListener("keydown", (event) => {
    const isTyping = typing(event.target);
    if (event.defaultPrevented || event.isComposing || document.querySelector("dialog[open]")) return;
    if (isTyping) {
      if (event.key === "Escape" && event.target.id !== "search") {
        event.preventDefault();
        $("caption").focus();
      }
      return;
    }
    const name = pressed(event);
    if ((name === "Enter" || name === " ") && event.target instanceof HTMLButtonElement) return;
    const bound = bindings[name];
    if (!bound) return;
    event.preventDefault();
    if (!event.repeat || name.includes("Arrow")) bound();
  });
}
