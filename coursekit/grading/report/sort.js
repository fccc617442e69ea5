// Tables whose columns a click or a key press sorts. Without this the page is whole, in the order in which it was made.
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
    });
  });
}
