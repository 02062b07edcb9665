// What the drawn network is made of: cells of numbers, words with their rows, arrows.

const N_CELLS = 5; // numbers of a row that are drawn; all are in the tables
const CELL = { width: 44, height: 22 };
const LABEL = 84; // width of a word and its id before its row
const NOTE_HEIGHT = 30; // of a word with its note under it
const ROW_GAP = 4; // between the numbers of a row and those under them
const ITEM_HEIGHT = 2 * CELL.height + ROW_GAP;

const vectorWidth = (dim) => Math.min(dim, N_CELLS) * CELL.width + (dim > N_CELLS ? 16 : 0);

const svgText = (text, x, y, attributes = {}) => makeSvg("text", { x, y, ...attributes }, text);

// How wide a word is, nearly: letters of East Asia fill a square.
const WIDE = /[\u1100-\u11ff\u2e80-\ud7ff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60]|[^\0-\uffff]/u;
const widthOf = (letter) => (WIDE.test(letter) ? 13.5 : /[mwMW@%]/.test(letter) ? 12 : 7.6);

// A word as far as there is room.
function fitted(word, room) {
  const letters = Array.from(word);
  let width = 0;
  const fits = letters.findIndex((letter) => {
    width += widthOf(letter);
    return width > room;
  });
  return fits < 0 ? word : `${letters.slice(0, Math.max(1, fits - 1)).join("")}…`;
}

// The first numbers of a row as coloured cells; without numbers, the places where they will be.
function drawVector(values, dim, x, y, { scale, kind }) {
  const n = Math.min(dim, N_CELLS);
  const group = makeSvg("g", { class: `vector ${values ? kind : "empty"}` });
  for (let d = 0; d < n; d += 1) {
    const left = x + d * CELL.width;
    const box = makeSvg("rect", { x: left, y, width: CELL.width, height: CELL.height });
    group.append(box);
    if (!values) continue;
    const share = scale > 0 ? Math.min(1, Math.abs(values[d]) / scale) : 0;
    box.style.setProperty("--share", `${Math.round(45 * share)}%`);
    box.classList.add(values[d] < 0 ? "below" : "above");
    group.append(svgText(shortNumber(values[d]), left + CELL.width / 2, y + 15.5,
      { "text-anchor": "middle" }));
  }
  if (dim > n) group.append(svgText("…", x + n * CELL.width + 3, y + 14));
  return group;
}

// A word, what is said of it in small letters, its row, and the row that stands under it.
function drawItem({ word, note, top, bottom, frame }, dim, x, y) {
  const group = makeSvg("g", { class: "item" });
  if (frame) {
    group.append(makeSvg("rect", { class: `frame ${frame}`, x: x - 5, y: y - 5, rx: 6,
      width: LABEL + vectorWidth(dim) + 10, height: (bottom ? ITEM_HEIGHT : NOTE_HEIGHT) + 10 }));
  }
  group.append(svgText(fitted(word, LABEL - 8), x, y + 13, { class: "word" }),
    svgText(note, x, y + 29, { class: "small" }),
    drawVector(top.values, dim, x + LABEL, y, top));
  if (bottom) {
    group.append(drawVector(bottom.values, dim, x + LABEL, y + CELL.height + ROW_GAP, bottom));
  }
  group.append(makeSvg("title", {}, word));
  return group;
}

// A way from one place to another, with a head at its end. `bend` makes it of lines instead of a
// curve: out to that x, along, and in again.
function drawArrow([x1, y1], [x2, y2], { kind, bend }) {
  const middle = (x1 + x2) / 2;
  const way = bend === undefined ? `C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`
    : `H${bend}V${y2}H${x2}`;
  const from = bend === undefined ? x1 : bend;
  const side = x2 > from ? -7 : 7;
  const down = Math.sign(y2 - y1) * 7;
  const head = from === x2 ? `M${x2 - 5} ${y2 - down}h10l-5 ${down}z`
    : `M${x2} ${y2}l${side} -5v10z`;
  return makeSvg("g", { class: `arrow ${kind}` }, makeSvg("path", { class: "way",
    d: `M${x1} ${y1}${way}` }), makeSvg("path", { class: "head", d: head }));
}
