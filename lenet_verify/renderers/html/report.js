"use strict";
// Everything is readable without this script: it lights, sorts and filters what is there. What
// the page says is never made into markup again: text stays text, and nodes are moved or cloned.

const REDRAWN = 150;

// ---- lighting: what belongs to what is pointed at ------------------------------------------

const charts = new WeakMap();

function chartOf(chapter) {
  let chart = charts.get(chapter);
  if (!chart) {
    chart = { byLayer: new Map(), byClaim: new Map() };
    for (const one of chapter.querySelectorAll("[data-live]")) {
      for (const layer of layersOf(one)) put(chart.byLayer, layer, one);
      if (one.dataset.claim) put(chart.byClaim, one.dataset.claim, one);
    }
    charts.set(chapter, chart);
  }
  return chart;
}

function put(map, key, value) {
  if (!map.has(key)) map.set(key, []);
  map.get(key).push(value);
}

function layersOf(one) {
  return (one.dataset.layers ?? "").split(" ").filter(Boolean);
}

function related(one) {
  const chart = chartOf(one.closest(".chapter"));
  const { live, claim } = one.dataset;
  const found = new Set([one]);
  const take = (list, kinds) => {
    for (const other of list ?? []) if (kinds.includes(other.dataset.live)) found.add(other);
  };
  const ofLayers = live === "claim" || live === "fact" || live === "cause"
    ? ["part", "layer"]
    : ["part", "layer", "claim", "fact", "cause"];
  for (const layer of layersOf(one)) take(chart.byLayer.get(layer), ofLayers);
  if (live === "claim") take(chart.byClaim.get(claim), ["fact"]);
  if (live === "fact") take(chart.byClaim.get(claim), ["claim"]);
  return found;
}

let pointedAt = null;
let lit = new Set();

function light(one) {
  if (one === pointedAt) return;
  pointedAt = one;
  const found = one ? related(one) : new Set();
  for (const other of lit) if (!found.has(other)) other.classList.remove("lit");
  for (const other of found) other.classList.add("lit");
  lit = found;
  if (one) tell(one, found);
}

const liveOf = (node) => (node instanceof Element ? node.closest("[data-live]") : null);
const targeted = () => liveOf(document.getElementById(decoded(location.hash.slice(1))));

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function settle() {
  light(liveOf(document.activeElement) ?? targeted());
}

document.addEventListener("pointerover", (event) => {
  const one = liveOf(event.target);
  if (one) light(one);
  else settle();
});
document.documentElement.addEventListener("pointerleave", settle);
document.addEventListener("focusin", (event) => light(liveOf(event.target) ?? targeted()));
document.addEventListener("focusout", (event) => {
  if (!event.relatedTarget) settle();
});

// ---- beside the figure: what is claimed of the part that is pointed at -----------------------

const MOST_CLAIMS = 4;
const MOST_NAMES = 4;

function tell(one, found) {
  const panel = one.closest(".chapter").querySelector(".pointed");
  if (!panel || one.dataset.live !== "part") return;
  const rows = [...found].filter((other) => other.dataset.live === "layer");
  const claims = [...found].filter((other) => other.dataset.live === "claim");
  const head = document.createElement("p");
  head.className = rows.length === 1 ? "about" : "several";
  head.append(...(rows.length === 1 ? namesOf(rows[0]) : [several(rows)]));
  const list = document.createElement("ul");
  for (const claim of claims.slice(0, MOST_CLAIMS)) list.append(summed(claim));
  if (claims.length > MOST_CLAIMS) list.append(item(`and ${claims.length - MOST_CLAIMS} more`));
  if (!claims.length) list.append(item("Nothing is claimed of it."));
  panel.replaceChildren(head, list);
}

function item(text) {
  const one = document.createElement("li");
  one.append(text);
  return one;
}

function several(rows) {
  const names = rows.map((row) => row.querySelector("th a").textContent);
  const told = names.length > MOST_NAMES ? `${names[0]} to ${names.at(-1)}` : names.join(", ");
  return `${names.length} layers${told && `: ${told}`}`;
}

function namesOf(row) {
  const [outcome, name, type, output, parameters] = [...row.cells].map((cell) => cell.cloneNode(true));
  const pieces = [name, outcome, type, output, parameters];
  return pieces.map((cell) => {
    const span = document.createElement("span");
    span.append(...cell.childNodes);
    return span;
  });
}

function summed(claim) {
  const one = document.createElement("li");
  const outcome = claim.querySelector(".outcome").cloneNode(true);
  const name = claim.querySelector("th a").cloneNode(true);
  const said = claim.querySelector("blockquote") ?? claim.querySelector(".why");
  const quote = document.createElement(said?.tagName === "BLOCKQUOTE" ? "q" : "span");
  quote.textContent = said?.textContent ?? "";
  one.append(outcome, " ", name, " ", quote);
  return one;
}

for (const panel of document.querySelectorAll(".pointed")) panel.hidden = false;

// ---- sorting ---------------------------------------------------------------------------------

const inWords = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
const asWritten = new WeakMap();

function sortable(table) {
  for (const head of table.tHead.rows[0].cells) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
  }
}

function sort(head) {
  const table = head.closest("table");
  const body = table.tBodies[0];
  if (!asWritten.has(body)) asWritten.set(body, [...body.rows]);
  const next = { ascending: "descending", descending: null }[head.getAttribute("aria-sort")];
  const order = next === undefined ? "ascending" : next;
  for (const other of head.parentElement.cells) other.removeAttribute("aria-sort");
  const rows = asWritten.get(body);
  if (!order) {
    body.append(...rows);
    return;
  }
  head.setAttribute("aria-sort", order);
  const at = head.cellIndex;
  const keyed = rows.map((row) => [keyOf(row.cells[at]), row]);
  const place = placesOf(keyed.map(([key]) => key), order === "ascending" ? 1 : -1);
  keyed.sort(([one], [other]) => place.get(one) - place.get(other));
  body.append(...keyed.map(([, row]) => row));
}

// words are compared once each, since comparing them takes its time; what is empty comes last
function placesOf(keys, way) {
  const distinct = [...new Set(keys)].filter((key) => key !== null);
  distinct.sort((one, other) => way * compared(one, other));
  return new Map([...distinct, null].map((key, at) => [key, at]));
}

function keyOf(cell) {
  if (cell.dataset.key !== undefined) return Number(cell.dataset.key);
  const text = cell.textContent.trim();
  return text === "" || text === "–" ? null : text;
}

function compared(one, other) {
  if (typeof one === "number" && typeof other === "number") return one - other;
  if (typeof one === "number") return -1;
  if (typeof other === "number") return 1;
  return inWords.compare(one, other);
}

// ---- filtering -------------------------------------------------------------------------------

const texts = new WeakMap();
const waiting = new WeakMap();

function textOf(row) {
  if (!texts.has(row)) texts.set(row, row.textContent.toLowerCase());
  return texts.get(row);
}

function filter(part) {
  const wanted = part.querySelector("input[type=search]").value.trim().toLowerCase();
  const outcomes = part.querySelector("input[type=radio]:checked")?.value.split(" ") ?? [""];
  const rows = part.querySelector("tbody").rows;
  let shown = 0;
  for (const row of rows) {
    const fits = (outcomes[0] === "" || outcomes.includes(row.dataset.outcome))
      && textOf(row).includes(wanted);
    row.hidden = !fits;
    shown += fits;
  }
  const all = shown === rows.length;
  const told = all ? `${count(shown)} rows` : `${count(shown)} of ${count(rows.length)} rows shown`;
  // said once typing pauses, so that a screen reader is not interrupted by each letter
  clearTimeout(waiting.get(part));
  waiting.set(part, setTimeout(() => {
    part.querySelector("[role=status]").textContent = told;
  }, REDRAWN));
}

const count = (number) => number.toLocaleString("en");

function clear(part) {
  part.querySelector("input[type=search]").value = "";
  const first = part.querySelector("input[type=radio]");
  if (first) first.checked = true;
  filter(part);
}

document.addEventListener("input", (event) => {
  const part = event.target.closest(".sorted");
  if (part && event.target.closest(".filter")) filter(part);
});
document.addEventListener("click", (event) => {
  const head = event.target.closest("thead button")?.closest("th");
  if (head) sort(head);
});
for (const part of document.querySelectorAll(".sorted")) {
  part.querySelector(".filter").hidden = false;
  sortable(part.querySelector("table"));
}

// ---- links -----------------------------------------------------------------------------------

function reveal() {
  const target = document.getElementById(decoded(location.hash.slice(1)));
  if (!target) return;
  for (let fold = target.closest("details"); fold; fold = fold.parentElement.closest("details")) {
    fold.open = true;
  }
  if (target.hidden) clear(target.closest(".sorted"));
  target.scrollIntoView({ block: target.matches("tr") ? "center" : "start" });
  if (target.matches("[data-live]")) light(target);
}

addEventListener("hashchange", reveal);
document.addEventListener("click", (event) => {
  // following a link to where one is already changes no address, yet its row may be filtered out
  const link = event.target.closest("a[href^='#']");
  if (link && link.getAttribute("href") === location.hash) reveal();
});
if (location.hash) reveal();

// ---- paper -----------------------------------------------------------------------------------

let folded = [];

addEventListener("beforeprint", () => {
  folded = [...document.querySelectorAll("details:not([open])")];
  for (const fold of folded) fold.open = true;
});
addEventListener("afterprint", () => {
  for (const fold of folded) fold.open = false;
});
