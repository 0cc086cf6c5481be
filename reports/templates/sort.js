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
const filter = document.getElementById("filter"), family = document.getElementById("family");
function show() {
  const text = filter.value.trim().toLowerCase();
  const kept = new Set();
  for (const row of document.querySelectorAll("[data-label]")) {
    const { label, family: own } = row.dataset;
    row.hidden = !label.toLowerCase().includes(text) || (family.value !== "" && own !== family.value);
    if (!row.hidden) kept.add(label);
  }
  document.getElementById("shown").textContent = text || family.value ? `${kept.size} shown everywhere` : "";
}
for (const control of filter ? [filter, family] : []) control.addEventListener("input", show);
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((d) => { d.open = true; }));
