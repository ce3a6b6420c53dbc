for (const table of document.querySelectorAll("table.sorts")) {
  const [head] = table.tHead.rows, [body] = table.tBodies;
  for (const cell of head.cells) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...cell.childNodes);
    cell.append(button);
    button.addEventListener("click", () => {
      const up = cell.getAttribute("aria-sort") !== "ascending", sign = up ? 1 : -1;
      for (const other of head.cells) other.removeAttribute("aria-sort");
      cell.setAttribute("aria-sort", up ? "ascending" : "descending");
      const key = (row) => row.cells[cell.cellIndex].dataset.key;
      const compared = (a, b) => {
        const [x, y] = [Number(a || NaN), Number(b || NaN)];
        if (Number.isNaN(x) && Number.isNaN(y)) return sign * a.localeCompare(b);
        if (Number.isNaN(x) || Number.isNaN(y)) return Number.isNaN(x) ? 1 : -1;
        return sign * (x < y ? -1 : x > y ? 1 : 0);
      };
      body.append(...[...body.rows].sort((a, b) => compared(key(a), key(b))));
    });
  }
}
