// Building elements; text is always text, never markup.

/** An element with properties (`class`, `data-…`, `aria-…` and `on…` as in HTML) and children. */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export const $ = (id) => document.getElementById(id);

/** Text of unknown origin, kept from reordering what stands around it. */
export const foreign = (text, properties = {}) => h("bdi", properties, text);

/** Put children in the place of others, leaving the focus on the element of the same `data-focus`. */
export function refill(element, ...children) {
  const focused = element.contains(document.activeElement) ? document.activeElement.dataset.focus : undefined;
  element.replaceChildren(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  if (focused !== undefined) element.querySelector(`[data-focus="${CSS.escape(focused)}"]`)?.focus();
}

let sayAgain = false;
/** Let a screen reader say something. */
export function say(text) {
  sayAgain = !sayAgain;
  $("live").textContent = text + (sayAgain ? "\u00a0" : "");
}

export const number = (value) => value.toLocaleString("en");

/** A share as per cent, never 0 % or 100 % where it is neither. */
export function percent(p) {
  if (p > 0 && p < 0.001) return "<0.1 %";
  if (p < 1 && p > 0.999) return ">99.9 %";
  return `${(100 * p).toFixed(p < 0.1 ? 1 : 0)} %`;
}
