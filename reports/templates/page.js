"use strict";
for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.tHead.rows[0].cells];
  const body = table.tBodies[0];
  const key = (row, column) => row.cells[column].dataset.sort ?? row.cells[column].textContent.trim();
  const compare = (a, b, number) => number ? Number(a) - Number(b) : a.localeCompare(b, undefined, { numeric: true });
  heads.forEach((head, column) => {
    head.querySelector("button").addEventListener("click", () => {
      const first = head.dataset.first || "ascending";
      const other = first === "ascending" ? "descending" : "ascending";
      const order = head.getAttribute("aria-sort") === first ? other : first;
      const sign = order === "ascending" ? 1 : -1;
      const number = head.dataset.kind === "number";
      const rows = [...body.rows].sort((x, y) => {
        const a = key(x, column), b = key(y, column);
        if (a === "" || b === "") return (a === "") - (b === "");
        return sign * compare(a, b, number);
      });
      body.append(...rows);
      heads.forEach((h) => h.setAttribute("aria-sort", h === head ? order : "none"));
    });
  });
}
const controls = ["filter", "family", "dataset", "metric", "cutoff"].map((id) => document.getElementById(id));
const [text, family, dataset, metric, cutoff] = controls.map((control) => () => control?.value.trim() ?? "");
const allows = (wanted, own) => wanted === "" || wanted === own;
function show() {
  const kept = new Set();
  for (const row of document.querySelectorAll("[data-label]")) {
    const { label, family: own } = row.dataset;
    row.hidden = !label.toLowerCase().includes(text().toLowerCase()) || !allows(family(), own);
    if (!row.hidden) kept.add(label);
  }
  for (const part of document.querySelectorAll("[data-dataset]")) part.hidden = !allows(dataset(), part.dataset.dataset);
  for (const cell of document.querySelectorAll("[data-column]")) {
    const [name, k] = cell.dataset.column.split("@");
    cell.hidden = !allows(metric(), name) || (k !== undefined && !allows(cutoff(), k));
  }
  document.getElementById("shown").textContent = text() || family() ? `${kept.size} shown everywhere` : "";
}
for (const control of controls) control?.addEventListener("input", show);
for (const drill of document.querySelectorAll(".drill")) {
  const { users, lists, titles } = JSON.parse(drill.dataset.drill);
  const [who, one, other] = drill.querySelectorAll("select");
  const columns = drill.querySelector(".columns");
  const column = (head, items, held, more) => {
    const part = document.createElement("section"), title = document.createElement("h4"), list = document.createElement("ol");
    title.textContent = head;
    for (const item of items) {
      const line = document.createElement("li");
      line.textContent = titles[item] + (held.includes(item) ? " ✓" : "");
      line.classList.toggle("hit", held.includes(item));
      list.append(line);
    }
    part.append(title, list);
    if (more) part.append(`and ${more} more`);
    return part;
  };
  const draw = () => {
    const user = users[who.value], own = (label) => column(label, lists[label][who.value], user.held, 0);
    columns.replaceChildren(column("Had, best known first", user.history, [], user.more), column("Held out", user.held, [], 0),
      own(one.value), own(other.value));
  };
  who.append(...users.map((user, place) => new Option(user.name, place)));
  for (const select of [who, one, other]) select.addEventListener("change", draw);
  draw();
}
const config = { responsive: true, typesetMath: false, displaylogo: false, modeBarButtonsToRemove: ["toImage", "lasso2d", "select2d", "autoScale2d"] };
const near = new IntersectionObserver(async (entries) => {
  const places = entries.filter(({ isIntersecting }) => isIntersecting).map(({ target }) => target);
  if (places.length) await library();
  for (const place of places) if (place.matches(":empty")) plot(place);
}, { rootMargin: "600px" });
function plot(place) {
  near.unobserve(place);
  const { data, layout } = JSON.parse(place.closest("figure").querySelector("script").textContent);
  Plotly.newPlot(place, data, layout, config);
}
let unpacked;
const library = () => unpacked ??= unpack();
async function unpack() {
  const packed = document.getElementById("plotly").textContent;
  const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const script = document.createElement("script");
  script.textContent = await new Response(stream).text();
  document.head.append(script);
  addEventListener("beforeprint", () => document.querySelectorAll(".plot:empty").forEach(plot));
}
const places = document.querySelectorAll(".plot");
for (const place of places) near.observe(place);
if (places.length) setTimeout(library, 3000); // who prints without having scrolled has pictures, too; printing cannot wait
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((d) => { d.open = true; }));
