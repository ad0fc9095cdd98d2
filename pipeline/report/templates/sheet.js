// Draws the cells of a contact sheet from the data blocks of its page. Foreign text only ever becomes text nodes.
const PARSED_BLOCKS_MAX = 8;
const FILTERS = ["outcome", "reason", "format"];

const byId = (id) => document.getElementById(id);
const settings = byId("cells").dataset;
const perScreen = Number(settings.perScreen);
const perBlock = Number(settings.perBlock);
const tones = JSON.parse(settings.tones);
const cells = [];
for (const node of document.querySelectorAll("script[data-cells]")) {
  for (const cell of JSON.parse(node.textContent)) cells.push(cell);
  node.remove();
}
const thumbnailNodes = [...document.querySelectorAll("script[data-thumbnails]")];
const parsedBlocks = new Map();
let shown = [];
let screen = 0;
let opened = -1;

function make(name, className, text) {
  const node = document.createElement(name);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

function foreign(name, className, text) {
  const node = make(name, `foreign ${className}`.trim(), text);
  node.dir = "auto";
  return node;
}

function thumbnail(place) {
  const block = Math.floor(place / perBlock);
  if (!parsedBlocks.has(block)) {
    if (parsedBlocks.size >= PARSED_BLOCKS_MAX) parsedBlocks.delete(parsedBlocks.keys().next().value);
    parsedBlocks.set(block, JSON.parse(thumbnailNodes[block].textContent));
  }
  return parsedBlocks.get(block)[place % perBlock];
}

function picture(place) {
  const url = thumbnail(place);
  if (!url) return make("span", "", cells[place].reason ? `no picture: ${cells[place].reason}` : "no picture");
  const image = make("img");
  image.src = `data:${url}`;
  image.alt = cells[place].file || "image";
  return image;
}

function badge(outcome) {
  return make("span", `badge ${Object.hasOwn(tones, outcome) ? tones[outcome] : ""}`, outcome);
}

function drawCell(place) {
  const cell = cells[place];
  const item = make("li", "cell");
  const button = make("button", "open-details");
  button.type = "button";
  button.tabIndex = -1;
  button.dataset.place = place;
  button.setAttribute("aria-label", `Details of ${cell.file || "an image without a file"}`);
  button.append(picture(place));
  const text = make("div", "text");
  const tags = make("div", "tags");
  tags.append(badge(cell.outcome));
  if (cell.format) tags.append(make("span", "chip", cell.format));
  if (cell.reason) tags.append(foreign("span", "", cell.reason));
  text.append(tags, cell.caption ? foreign("div", "caption", cell.caption) : make("div", "hint", "no caption"), foreign("div", "file", cell.file));
  item.append(button, text);
  return item;
}

function draw() {
  const screens = Math.max(1, Math.ceil(shown.length / perScreen));
  screen = Math.min(Math.max(screen, 0), screens - 1);
  const first = screen * perScreen;
  const places = shown.slice(first, first + perScreen);
  byId("cells").replaceChildren(...places.map(drawCell));
  const begin = byId("cells").querySelector("button");
  if (begin) begin.tabIndex = 0;
  const range = places.length ? `${(first + 1).toLocaleString("en")}–${(first + places.length).toLocaleString("en")} of ` : "";
  const all = shown.length === cells.length ? "" : ` (${cells.length.toLocaleString("en")} in all)`;
  byId("count").textContent = `${range}${shown.length.toLocaleString("en")}${all}`;
  byId("empty").hidden = shown.length > 0;
  byId("previous").disabled = screen === 0;
  byId("next").disabled = screen === screens - 1;
}

function folded(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

function haystack(cell) {
  cell.folded ??= folded([cell.file, cell.caption, cell.outcome, cell.reason, cell.format, cell.id, ...cell.facts.flat()].join("\n"));
  return cell.folded;
}

function passes(cell, words, wanted) {
  return FILTERS.every((name) => wanted[name] === "" || `=${cell[name]}` === wanted[name]) && words.every((word) => haystack(cell).includes(word));
}

function filter() {
  const words = folded(byId("query").value).split(/\s+/).filter(Boolean);
  const wanted = Object.fromEntries(FILTERS.map((name) => [name, byId(name).value]));
  shown = cells.flatMap((cell, place) => (passes(cell, words, wanted) ? [place] : []));
  screen = 0;
  draw();
}

function turn(by) {
  const before = screen;
  screen += by;
  draw();
  if (screen !== before) byId("main").scrollIntoView({ block: "start" });
}

function fill(name) {
  const counts = new Map();
  for (const cell of cells) counts.set(cell[name], (counts.get(cell[name]) ?? 0) + 1);
  const values = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  const all = make("option", "", "all");
  all.value = "";
  byId(name).replaceChildren(all, ...values.map(([value, n]) => {
    const option = make("option", "", `${value || "none"} (${n.toLocaleString("en")})`);
    option.value = `=${value}`;
    return option;
  }));
}

function showDetails(place) {
  const cell = cells[place];
  opened = shown.indexOf(place);
  byId("details-picture").replaceChildren(picture(place));
  byId("details-title").textContent = cell.file || "an image without a file";
  byId("details-caption").textContent = cell.caption || "no caption";
  const facts = [["outcome", cell.outcome], ["reason", cell.reason], ["format", cell.format], ...cell.facts, ["image id", cell.id]];
  byId("details-facts").replaceChildren(...facts.filter(([, value]) => value).map(([name, value]) => {
    const row = make("tr");
    const head = foreign("th", "", name);
    head.scope = "row";
    row.append(head, foreign("td", "", value));
    return row;
  }));
  if (!byId("details").open) byId("details").showModal();
}

function focusCell(button) {
  for (const other of byId("cells").querySelectorAll("button[tabindex='0']")) other.tabIndex = -1;
  button.tabIndex = 0;
  button.focus();
}

function below(buttons, place, down) {
  const from = buttons[place].getBoundingClientRect();
  const rows = buttons.filter((one) => Math.abs(one.getBoundingClientRect().left - from.left) < 2);
  return rows[rows.indexOf(buttons[place]) + (down ? 1 : -1)];
}

function moveInGrid(event) {
  const buttons = [...byId("cells").querySelectorAll("button")];
  const place = buttons.indexOf(event.target);
  if (place < 0) return;
  const steps = {
    ArrowRight: () => buttons[place + 1], ArrowLeft: () => buttons[place - 1], Home: () => buttons[0], End: () => buttons.at(-1),
    ArrowDown: () => below(buttons, place, true), ArrowUp: () => below(buttons, place, false),
  };
  if (!Object.hasOwn(steps, event.key)) return;
  event.preventDefault();
  const target = steps[event.key]();
  if (target) focusCell(target);
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (byId("details").open) {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key] ?? 0;
    if (by && shown[opened + by] !== undefined) showDetails(shown[opened + by]);
    return;
  }
  if (event.target === byId("query")) {
    if (event.key === "Escape") { byId("query").value = ""; filter(); }
    return;
  }
  if (event.target instanceof HTMLSelectElement) return;
  if (event.key === "/") { event.preventDefault(); byId("query").focus(); }
  if (event.key === "n") turn(1);
  if (event.key === "p") turn(-1);
}

FILTERS.forEach(fill);
byId("tools").addEventListener("input", filter);
byId("tools").addEventListener("submit", (event) => event.preventDefault());
byId("tools").addEventListener("reset", () => setTimeout(filter));
byId("previous").addEventListener("click", () => turn(-1));
byId("next").addEventListener("click", () => turn(1));
byId("cells").addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button) showDetails(Number(button.dataset.place));
});
byId("cells").addEventListener("keydown", moveInGrid);
byId("details").addEventListener("close", () => {
  if (Math.floor(opened / perScreen) !== screen) {
    screen = Math.floor(opened / perScreen);
    draw();
  }
  const button = byId("cells").querySelector(`button[data-place="${shown[opened]}"]`);
  if (button) focusCell(button);
});
document.addEventListener("keydown", onKey);
filter();
