// The caption: words to walk over, mentions as marks, selection by keyboard or mouse.
import { $, h, say } from "./dom.js";
import { slice } from "./text.js";

const LONG = 160; // code points from which a smaller letter shows more of a caption
const SHORT = { Person: "Person", Organization: "Org", Location: "Location", Country: "Country", Event: "Event", Works: "Works", Misc: "Misc" };

/** Draw the caption of an item anew. */
export function drawCaption(item) {
  const place = item.selection ?? item.stretch ?? { start: -1, end: -1 };
  const all = [...item.mentions, ...(item.fixed ?? []).map((one) => ({ ...one, isFixed: true }))];
  const parts = [];
  let at = 0;
  let open = null;
  const into = (...children) => (open ? open.append(...children) : parts.push(...children));
  item.units.forEach((unit, number) => {
    const mention = all.findIndex((one) => one.start <= unit.start && unit.end <= one.end);
    const one = all[mention];
    if (open && (!one || one.start >= unit.start)) open = null;
    if (unit.start > at) into(gap(item, at, unit.start, number - 1, place));
    if (one && !open) {
      open = mark(one, mention === item.active);
      parts.push(open);
    }
    into(h("span", { class: `unit${isIn(unit.start, place) ? " in" : ""}`, "data-unit": number }, slice(item.points, unit.start, unit.end)));
    at = unit.end;
  });
  open = null;
  if (at < item.points.length) parts.push(gap(item, at, item.points.length, item.units.length - 1, place));
  $("caption").classList.toggle("long", item.points.length > LONG);
  $("caption").replaceChildren(...parts);
  const end = item.focus >= 0 ? `[data-unit="${item.focus}"]` : ".in";
  $("caption").querySelector(`.unit${end}`)?.scrollIntoView({ block: "nearest" });
}

/** Whether the caption runs from right to left, and arrow keys with it. */
export const isRightToLeft = () => getComputedStyle($("caption")).direction === "rtl";

function gap(item, start, end, before, place) {
  const isInside = isIn(start, place) && isIn(end, place);
  return h("span", { class: `gap${isInside ? " in" : ""}`, "data-unit": Math.max(0, before) }, slice(item.points, start, end));
}

const isIn = (point, place) => place.start <= point && point < place.end;

function mark(one, isActive) {
  const problems = one.type === null || one.entity === null ? " open" : "";
  return h("span", {
    class: `mention ${one.type ?? "none"}${one.isFixed ? " fixed" : ""}${isActive ? " active" : ""}${problems}`,
    "data-label": one.type ? SHORT[one.type] ?? one.type : "type?", role: "group", "aria-roledescription": "mention", "aria-label": told(one), "aria-current": isActive ? "true" : null,
  });
}

/** A mention in words. */
const told = (one) => `${one.surface}, mention, ${one.type ?? "no type"}, ${one.entity ?? "no entity"}`;

/** Tell a screen reader where the selection is. */
export function tellSelection(item) {
  const one = item.mentions[item.active];
  if (one) say(told(one));
  else if (item.selection) say(item.selected);
}

/** Let the mouse select: a click takes the word or mention, a drag all words that it passes. */
export function watchMouse(getItem, changed) {
  const caption = $("caption");
  let from = -1;
  const unitOf = (event) => {
    const element = document.elementFromPoint(event.clientX, event.clientY)?.closest("#caption [data-unit]");
    return element ? { unit: Number(element.dataset.unit), isGap: element.classList.contains("gap") } : null;
  };
  caption.addEventListener("pointerdown", (event) => {
    const found = event.button === 0 ? unitOf(event) : null;
    const item = getItem();
    if (!found || !item) return;
    event.preventDefault();
    caption.focus();
    if (event.shiftKey && item.anchor >= 0) {
      item.focus = found.unit;
    } else {
      from = found.isGap ? Math.min(found.unit + 1, item.units.length - 1) : found.unit;
      item.put(from);
    }
    caption.setPointerCapture(event.pointerId);
    changed();
  });
  caption.addEventListener("pointermove", (event) => {
    const found = from >= 0 ? unitOf(event) : null;
    const item = getItem();
    if (!found || !item) return;
    if (found.unit === from && item.anchor === item.focus) return;
    if (found.isGap && found.unit < from) found.unit += 1;
    if (item.anchor === from && item.focus === found.unit) return;
    if (found.unit === from) item.put(from);
    else [item.anchor, item.focus] = [from, found.unit];
    changed();
  });
  for (const name of ["pointerup", "pointercancel"]) caption.addEventListener(name, () => { from = -1; });
  caption.addEventListener("copy", (event) => copy(event, getItem));
}

function copy(event, getItem) {
  const text = getItem()?.selected;
  if (!text) return;
  event.clipboardData.setData("text/plain", text);
  event.preventDefault();
}
