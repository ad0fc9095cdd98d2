// The lists beside the caption: types, mentions, details of one, checks, rules.
import { $, foreign, h, refill } from "./dom.js";

export const TYPE_KEYS = { p: "Person", o: "Organization", l: "Location", c: "Country", e: "Event", w: "Works", m: "Misc" };
const SIGNS = { E: "✕", W: "!", I: "i" };
const SEVERITIES = { E: "To settle", W: "Doubt", I: "Hint" };

export function drawTypes(item, act) {
  const one = item?.mentions[item.active];
  refill($("types"), Object.entries(TYPE_KEYS).map(([key, type]) => h("button", {
    class: `type ${type}`, "data-focus": type, disabled: !item?.selection, "aria-pressed": String(one?.type === type), "aria-keyshortcuts": key,
    onclick: () => act.type(type),
  }, h("b", {}, type[0]), type.slice(1))));
}

export function drawMentions(item, act) {
  const rows = item.mentions.map((one, at) => h("li", {}, h("button", {
    class: `row${at === item.active ? " active" : ""}`, "data-focus": `mention-${at}`, "aria-current": at === item.active ? "true" : null, onclick: () => act.choose(at),
  },
  foreign(one.surface, { class: "surface" }),
  h("span", { class: `tag ${one.type ?? "none"}` }, one.type ?? "type?"),
  h("span", { class: "arrow", "aria-hidden": "true" }, "→"),
  one.entity === "NIL" ? h("span", { class: "nil" }, "NIL") : one.entity ? foreign(one.entity, { class: "entity" }) : h("span", { class: "missing" }, "entity?"),
  one.flags.map((flag) => h("span", { class: "flag" }, flag)),
  one.clues ? h("span", { class: "flag" }, one.clues.length ? one.clues.join(", ") : "no clue") : null)));
  refill($("mentions"), rows.length ? rows : h("li", { class: "empty" }, "None yet. A caption may have none: then finish."));
}

/** Marks of the active mention, and the layers that the project asks for. */
export function drawDetails(item, session, act) {
  const one = item.mentions[item.active];
  const box = (text, keys, isOn, onclick) => h("button", { class: "mark-button", "data-focus": text, "aria-pressed": String(isOn), "aria-keyshortcuts": keys, disabled: !one, onclick }, h("kbd", { "aria-hidden": "true" }, keys.replace("Shift+", "⇧")), ` ${text}`);
  const flags = [
    box("discuss", "d", one?.flags.includes("discuss"), () => act.flag("discuss")),
    box("metonymy", "y", one?.flags.includes("metonymy"), () => act.flag("metonymy")),
    h("button", { class: "mark-button", "data-focus": "delete", disabled: !one, "aria-keyshortcuts": "Delete", onclick: act.remove }, h("kbd", { "aria-hidden": "true" }, "Del"), " delete"),
  ];
  const clues = session.layers.includes("visual_clues")
    ? h("span", { class: "clues", role: "group", "aria-label": "What the image shows of it" }, "Image shows ",
      session.clues.map((clue, at) => box(clue, `Shift+${at + 1}`, one?.clues?.includes(clue), () => act.clue(clue))),
      box("nothing", "Shift+0", one?.clues?.length === 0, () => act.clue(null)))
    : null;
  refill($("details"), h("span", { class: "flags" }, flags), clues);
}

export function drawChecks(item, act) {
  const told = JSON.stringify(item.findings);
  if ($("checks").dataset.told === told) return;
  $("checks").dataset.told = told;
  const rows = item.findings.map((one) => h("li", { class: `finding ${one.severity}` },
    h("span", { class: "sign", "aria-hidden": "true" }, SIGNS[one.severity]),
    h("span", { class: "sr" }, `${SEVERITIES[one.severity]}: `),
    h("button", { class: "message", "data-focus": `finding-${one.code}-${one.place}`, onclick: () => act.goTo(one) }, foreign(one.message, { dir: "ltr" })),
    h("span", { class: "code" }, /^[1-7]$/.test(one.guideline) ? `rule ${one.guideline}` : one.code),
    one.fix ? h("button", { class: "fix", "data-focus": `fix-${one.code}-${one.place}`, "aria-keyshortcuts": "f", onclick: () => act.fix(one) }, h("kbd", { "aria-hidden": "true" }, "f"), " fix") : null));
  refill($("checks"), rows.length ? rows : h("li", { class: "fine" }, "✓ Nothing to settle."));
  const touched = new Set(item.findings.map((one) => one.guideline));
  $("rules").querySelectorAll("li").forEach((rule, at) => rule.classList.toggle("touched", touched.has(String(at + 1))));
}

export function drawRules(rules) {
  refill($("rules"), rules.map((rule) => h("li", {}, rule)));
}
