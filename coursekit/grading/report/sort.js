// Tables whose columns a click or a key press sorts, and long ones a page at a time, with a field that finds names.
// Without this the page is whole, in the order in which it was made.
"use strict";
for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0], heads = [...table.tHead.rows[0].cells];
  table.classList.add("sorting");
  heads.forEach((head, column) => {
    if (head.classList.contains("unsorted")) return;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const rows = [...body.rows].map((row) => {
        const cell = row.cells[column];
        return { row, key: (cell.dataset.sort ?? cell.textContent).trim() };
      });
      const numbers = rows.every(({ key }) => !Number.isNaN(Number(key)));
      const compare = (a, b) => (numbers ? a - b : a.localeCompare(b, undefined, { numeric: true }));
      rows.sort(({ key: a }, { key: b }) => {
        if (a === "" || b === "") return (a === "") - (b === ""); // what is not known stands last, either way
        return down ? compare(b, a) : compare(a, b);
      });
      body.append(...rows.map(({ row }) => row));
      table.dispatchEvent(new Event("sorted"));
    });
  });
}
for (const table of document.querySelectorAll("table[data-page]")) {
  const size = Number(table.dataset.page), body = table.tBodies[0];
  if (body.rows.length <= size) continue;
  const add = (kind, more) => Object.assign(document.createElement(kind), more);
  const bar = add("p", { className: "pages" });
  const find = add("input", { type: "search", placeholder: "find a name", ariaLabel: "find a name" });
  const back = add("button", { type: "button", textContent: "‹ back" });
  const on = add("button", { type: "button", textContent: "on ›" });
  const where = add("span", { role: "status" });
  let first = 0;
  const show = (from) => {
    const wanted = find.value.trim().toLowerCase();
    const found = [...body.rows].filter((row) => row.cells[0].textContent.toLowerCase().includes(wanted));
    const end = Math.min(from + size, found.length), shown = new Set(found.slice(from, end));
    for (const row of body.rows) row.hidden = !shown.has(row);
    where.textContent = found.length ? `${from + 1} to ${end} of ${found.length}` : "nobody of this name";
    [first, back.disabled, on.disabled] = [from, from === 0, end === found.length];
  };
  back.addEventListener("click", () => show(first - size));
  on.addEventListener("click", () => show(first + size));
  find.addEventListener("input", () => show(0));
  table.addEventListener("sorted", () => show(0));
  bar.append(find, back, where, on);
  table.before(bar);
  show(0);
}
