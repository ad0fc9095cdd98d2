// The disagreement browser of an agreement report. Foreign text only ever becomes text nodes.
const FILTERS = ["kind", "rule", "annotator", "type"];
const TYPES = ["Person", "Organization", "Location", "Country", "Event", "Works", "Misc"];
const byId = (id) => document.getElementById(id);
const node = document.querySelector("script[data-disagreements]");
const { entries, pictures, kinds, candidates, command } = JSON.parse(node.textContent);
node.remove();
let shown = [];
let at = 0;

function make(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function foreign(name, className, text) {
  const made = make(name, `foreign ${className}`.trim(), text);
  made.dir = "auto";
  return made;
}

const words = (kind) => kind.replaceAll("_", " ");
const ruleOf = (kind) => (kinds[kind][1] === null ? "form" : `rule ${kinds[kind][1]}`);
const typeOf = (span) => span[3] || "no type";

function values(entry, name) {
  if (name === "annotator") return entry.a;
  if (name === "kind") return [...new Set(entry.k.map(([kind]) => kind))];
  if (name === "rule") return [...new Set(entry.k.map(([kind]) => ruleOf(kind)))];
  const types = entry.k.flatMap(([, left, right]) => [
    ...(left === null ? [] : [typeOf(entry.s[0][left])]), ...(right === null ? [] : [typeOf(entry.s[1][right])]),
  ]);
  return [...new Set(types)];
}

function folded(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

function haystack(entry) {
  entry.folded ??= folded([entry.id, entry.c, entry.t, entry.g, ...entry.s.flat().map((span) => span[4])].join("\n"));
  return entry.folded;
}

function chip(span) {
  const tone = TYPES.indexOf(span[3]);
  return `tone-${tone < 0 ? 7 : tone}`;
}

function layer(entry, side) {
  const row = make("div", "layer");
  row.append(make("span", "who", entry.a[side]));
  const caption = foreign("p", "caption");
  const points = Array.from(entry.c);
  const differing = new Set(entry.k.map((one) => one[1 + side]));
  let end = 0;
  entry.s[side].forEach((span, place) => {
    if (span[0] < end || span[0] >= span[1]) return;
    caption.append(points.slice(end, span[0]).join(""));
    const mark = make("mark", `${chip(span)}${differing.has(place) ? " differs" : ""}`, points.slice(span[0], span[1]).join(""));
    mark.append(make("small", "", `${typeOf(span)} → ${span[4] || "no entity"}`));
    caption.append(mark);
    end = span[1];
  });
  caption.append(points.slice(end).join(""));
  row.append(caption);
  return row;
}

function spanText(span) {
  return span ? `“${span[2]}” ${typeOf(span)} → ${span[4] || "no entity"}` : "not marked";
}

function kindsTable(entry) {
  const table = make("table");
  const head = make("tr");
  for (const name of ["class", ...entry.a]) {
    const cell = make("th", "", name);
    cell.scope = "col";
    head.append(cell);
  }
  const top = make("thead");
  top.append(head);
  const body = make("tbody");
  for (const [kind, left, right] of entry.k) {
    const row = make("tr");
    const name = make("th", "", words(kind));
    name.scope = "row";
    name.append(make("br"), make("span", "hint", `${ruleOf(kind)}: ${kinds[kind][0]}`));
    row.append(name, foreign("td", "", spanText(entry.s[0][left])), foreign("td", "", spanText(entry.s[1][right])));
    body.append(row);
  }
  table.append(top, body);
  return table;
}

function disputedSurfaces(entry) {
  const found = entry.k.flatMap(([, left, right]) => [[0, left], [1, right]])
    .filter(([, place]) => place !== null).map(([side, place]) => entry.s[side][place][2]);
  return [...new Set(found)];
}

function candidatesList(entry) {
  const chosen = new Set(entry.s.flat().map((span) => span[4]));
  return disputedSurfaces(entry).filter((surface) => Object.hasOwn(candidates, surface)).map((surface) => {
    const part = make("div", "candidates");
    part.append(foreign("h4", "", `“${surface}” can mean`));
    const list = make("ol");
    for (const [title, share] of candidates[surface]) {
      const item = foreign("li", chosen.has(title) ? "chosen" : "", title);
      item.append(make("small", "", ` ${(share / 10).toFixed(1)} %${chosen.has(title) ? ", chosen" : ""}`));
      list.append(item);
    }
    part.append(candidates[surface].length ? list : make("p", "hint", "nothing that the knowledge base knows"));
    return part;
  });
}

function adjudication(entry) {
  const part = make("div", "adjudication");
  if (!entry.p) return part;
  const { x: expert, o: open, d: decided } = entry.p;
  part.append(make("h4", "", "Adjudication"));
  for (const [stretch, told, reason, who] of decided) part.append(foreign("p", "", `${stretch}: ${told} (${who}: ${words(reason)})`));
  if (open.length) {
    part.append(make("p", "", `${open.join(", ")}: open${expert ? `, ${expert} decides on the page, or in a table:` : "; in a table:"}`));
    part.append(make("code", "command", command.replace("{pair}", () => entry.p.q)));
  }
  return part;
}

function detail(entry) {
  const parts = [foreign("p", "facts", ["pair " + entry.id, entry.t, entry.g, entry.d].filter(Boolean).join(" · "))];
  if (Object.hasOwn(entry, "i")) {
    const image = make("img");
    image.src = `data:${pictures[entry.i]}`;
    image.alt = "the pair's image";
    parts.push(image);
  }
  return [...parts, layer(entry, 0), layer(entry, 1), kindsTable(entry), ...candidatesList(entry), adjudication(entry)];
}

function listItem(entry, place) {
  const item = make("li");
  const button = make("button");
  button.type = "button";
  button.tabIndex = -1;
  button.dataset.place = place;
  button.append(foreign("span", "excerpt", entry.c), make("span", "tags", `${entry.a.join(" · ")} — ${values(entry, "kind").map(words).join(", ")}`));
  item.append(button);
  return item;
}

function show(place, focus) {
  at = Math.min(Math.max(place, 0), Math.max(shown.length - 1, 0));
  const buttons = byId("list").querySelectorAll("button");
  for (const old of byId("list").querySelectorAll("[aria-current]")) {
    old.removeAttribute("aria-current");
    old.tabIndex = -1;
  }
  const button = buttons[at];
  if (button) {
    button.setAttribute("aria-current", "true");
    button.tabIndex = 0;
    const top = button.parentElement.offsetTop;
    const list = byId("list");
    if (top < list.scrollTop || top + button.offsetHeight > list.scrollTop + list.clientHeight) list.scrollTop = top - list.clientHeight / 3;
    if (focus) button.focus({ preventScroll: true });
  }
  byId("detail").replaceChildren(...(shown.length ? detail(entries[shown[at]]) : []));
  const all = shown.length === entries.length ? "" : ` (${entries.length.toLocaleString("en")} in all)`;
  byId("count").textContent = shown.length ? `${(at + 1).toLocaleString("en")} of ${shown.length.toLocaleString("en")}${all}` : `0${all}`;
  byId("previous").disabled = at === 0;
  byId("next").disabled = at >= shown.length - 1;
  byId("empty").hidden = shown.length > 0;
  byId("detail").hidden = shown.length === 0;
  byId("list").hidden = shown.length === 0;
}

function filter() {
  const query = folded(byId("query").value).split(/\s+/).filter(Boolean);
  const wanted = FILTERS.map((name) => [name, byId(name).value]).filter(([, value]) => value !== "");
  shown = entries.flatMap((entry, place) => {
    const passes = wanted.every(([name, value]) => values(entry, name).some((one) => `=${one}` === value)) && query.every((word) => haystack(entry).includes(word));
    return passes ? [place] : [];
  });
  byId("list").replaceChildren(...shown.map((place, order) => listItem(entries[place], order)));
  byId("list").scrollTop = 0;
  show(0, false);
}

function fill(name) {
  const counts = new Map();
  for (const entry of entries) for (const value of values(entry, name)) counts.set(value, (counts.get(value) ?? 0) + 1);
  const sorted = [...counts].sort((a, b) => (name === "kind" ? b[1] - a[1] : 0) || (a[0] < b[0] ? -1 : 1));
  const all = make("option", "", "all");
  all.value = "";
  byId(name).replaceChildren(all, ...sorted.map(([value, n]) => {
    const option = make("option", "", `${words(value)} (${n.toLocaleString("en")})`);
    option.value = `=${value}`;
    return option;
  }));
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target === byId("query")) {
    if (event.key === "Escape") { byId("query").value = ""; filter(); }
    return;
  }
  if (event.target instanceof HTMLSelectElement) return;
  if (event.key === "/") { event.preventDefault(); byId("query").focus(); }
  const step = { j: 1, k: -1 }[event.key];
  if (step && shown.length) {
    byId("tools").scrollIntoView({ block: "nearest" });
    show(at + step, true);
  }
}

if (byId("tools")) {
  FILTERS.forEach(fill);
  byId("tools").addEventListener("input", filter);
  byId("tools").addEventListener("submit", (event) => event.preventDefault());
  byId("tools").addEventListener("reset", () => setTimeout(filter));
  byId("previous").addEventListener("click", () => show(at - 1, false));
  byId("next").addEventListener("click", () => show(at + 1, false));
  byId("list").addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) show(Number(button.dataset.place), true);
  });
  document.addEventListener("keydown", onKey);
  filter();
}
