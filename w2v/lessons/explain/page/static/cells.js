// Weights of the tables that a reader may change: a click or Enter on one, then another number.
//
// A table has one stop of the Tab key; arrow keys go from number to number in it.

class EditableCells {
  // `change(table, row, d, value)` is told of a new weight; it returns whether it was taken.
  constructor(change) { this.change = change; }

  // Make buttons of the numbers that may be changed.
  prepare(root, shot) {
    for (const table of root.querySelectorAll("table")) {
      const cells = [...table.querySelectorAll("td[data-edit]")];
      cells.forEach((cell, i) => this.makeButton(cell, shot, i ? -1 : 0));
      if (cells.length) table.addEventListener("keydown", (event) => this.move(event, table));
    }
  }

  makeButton(cell, shot, tabindex) {
    const [table, row, d] = JSON.parse(cell.dataset.edit);
    const text = cell.textContent;
    const button = make("button", { type: "button", class: "weight", tabindex,
      "aria-label": `${table}[${shot.wordOf(row)}][${d}] = ${text}` }, text);
    button.addEventListener("click", () => this.open(cell, button));
    cell.replaceChildren(button);
  }

  move(event, table) {
    const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
    const step = steps[event.key];
    if (!step || event.target.tagName !== "BUTTON") return;
    event.preventDefault();
    const cell = event.target.closest("td");
    const row = table.rows[cell.parentElement.rowIndex + step[0]];
    const button = row?.cells[cell.cellIndex + step[1]]?.querySelector("button.weight");
    if (!button) return;
    event.target.tabIndex = -1;
    button.tabIndex = 0;
    button.focus();
  }

  open(cell, button) {
    const input = make("input", { class: "weight", inputmode: "decimal", autocomplete: "off",
      "aria-label": button.getAttribute("aria-label"), value: cell.dataset.value });
    let isOpen = true;
    const close = (isTaken, hasFocus) => {
      if (!isOpen) return; // it loses the focus when it is taken away
      isOpen = false;
      const edit = JSON.parse(cell.dataset.edit);
      const root = cell.closest("#blocks");
      const isSame = input.value.trim() === cell.dataset.value;
      cell.replaceChildren(button);
      if (isTaken && !isSame) this.change(...edit, input.value);
      if (hasFocus) this.focus(root, edit);
    };
    input.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      if (event.key !== "Enter" && event.key !== "Escape") return;
      event.preventDefault(); // the button that gets the focus would be pressed by it
      close(event.key === "Enter", true);
    });
    input.addEventListener("blur", () => close(true, false));
    cell.replaceChildren(input);
    input.select();
  }

  focus(root, edit) {
    const wanted = JSON.stringify(edit);
    const button = [...root.querySelectorAll("td[data-edit]")]
      .find((cell) => cell.dataset.edit === wanted)?.querySelector("button");
    if (!button) return;
    button.closest("table").querySelectorAll("button.weight").forEach((one) => {
      one.tabIndex = one === button ? 0 : -1;
    });
    button.focus();
  }
}
