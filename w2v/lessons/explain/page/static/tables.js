// Tables of the numbers of a step: rounded where they are shown, whole in `data-value` and `title`.

const SHOWN_IN_FORMULAS = 5; // terms of a sum before an ellipsis

// A cell: a number, a word or nothing. {value, edit} is a number that may be changed.
function cellOf(content, attributes = {}) {
  if (content === null) return make("td", attributes);
  if (typeof content === "object") {
    const cell = cellOf(content.value, attributes);
    cell.dataset.edit = JSON.stringify(content.edit);
    return cell;
  }
  if (typeof content !== "number") return make("td", attributes, wordElement(content));
  return make("td", { ...attributes, class: `number ${attributes.class || ""}`.trim(),
    "data-value": content, title: String(content) }, shownNumber(content));
}

// A table of rows [name, ...cells]. `marked` are rows that are pointed at, by their number.
function tableOf({ name, caption, columns, rows, marked = [] }) {
  const head = make("tr", {}, ...columns.map((column, i) =>
    make("th", { scope: "col", ...(i ? { class: "number" } : {}) }, column)));
  const body = rows.map(([first, ...cells], i) =>
    make("tr", marked.includes(i) ? { class: "marked" } : {},
      make("th", { scope: "row" }, wordElement(first)), ...cells.map((cell) => cellOf(cell))));
  const words = make("caption", {}, make("span", {}, ...coded(caption)));
  const table = make("table", { "data-name": name }, words, make("thead", {}, head),
    make("tbody", {}, ...body));
  return make("div", { class: "scroll", tabindex: "0", role: "region",
    "aria-label": words.textContent }, table);
}

// The names of D columns.
const dimensions = (dim) => Array.from({ length: dim }, (_, d) => `[${d}]`);

// A sum as it is written out: "0.1 · 0.2 + 0.3 · 0.4 + …".
function writtenSum(terms, sign = " + ") {
  const some = terms.slice(0, SHOWN_IN_FORMULAS);
  return (terms.length > some.length ? [...some, "…"] : some).join(sign);
}

// A number inside a product or a sum.
const term = (value) => (value < 0 ? `(${shownNumber(value)})` : shownNumber(value));

const shapeOf = (names, sizes) => `(${names.join(", ")}${names.length === 1 ? "," : ""}) = `
  + `(${sizes.join(", ")}${sizes.length === 1 ? "," : ""})`;
