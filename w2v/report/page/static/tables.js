// The table of a figure, made when it is opened: of 2,000 words it is long.

// A column that the view holds anyway is named, not said twice: "words", or "planes/PCA/x".
function columnOf(view, column) {
  if (typeof column !== "string") return column;
  if (column === "nearest") return view.words.map((_, i) => nearestOf(view, i));
  return column.split("/").reduce((value, key) => value[key], view);
}

function nearestOf(view, word) {
  return view.near[word].slice(0, 3).map((near, i) =>
    `${typeof near === "string" ? near : view.words[near]} (${view.cosines[word][i].toFixed(2)})`)
    .join(", ");
}

function tableOf(view) {
  const { columns, values, caption } = view.table;
  const cells = values.map((column) => columnOf(view, column));
  const isNumber = cells.map((column) => column.every((v) => v === null || typeof v === "number")
    && column.some((v) => v !== null));
  const head = make("tr", {}, ...columns.map((name, i) =>
    make("th", { scope: "col", ...(isNumber[i] ? { class: "number" } : {}) }, name)));
  const body = make("tbody");
  const nRows = cells.length ? cells[0].length : 0;
  for (let row = 0; row < nRows; row += 1) {
    body.append(make("tr", {}, ...cells.map((column, i) => cellOf(column[row], i, isNumber[i]))));
  }
  const table = make("table", {}, make("caption", {}, caption), make("thead", {}, head), body);
  return make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    table);
}

function cellOf(value, column, isNumber) {
  const attributes = isNumber ? { class: "number" } : {};
  const content = value === null ? "–" : typeof value === "number" ? shownNumber(value)
    : wordElement(value);
  return column === 0
    ? make("th", { scope: "row", ...attributes }, content)
    : make("td", attributes, content);
}
