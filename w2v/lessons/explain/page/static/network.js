// The network of one update: context words, their mean, and the words that are scored.
//
// In a wide window it runs from left to right, in a narrow one from top to bottom. What a step has
// not computed yet is empty; what it computes now is framed.

const STEPS = ["lookup", "mean", "score", "loss", "backward", "update"];
const MOST_ITEMS = 8; // words of each side that are drawn
const NODE_RADIUS = 19;
const NOTE_ROOM = LABEL + 16; // of `fitted`: notes are in smaller letters than words
const WIDE_ENOUGH = 900; // for a drawing from left to right
const PITCH = ITEM_HEIGHT + 16; // from one word to the next

const largest = (rows) => Math.max(0, ...rows.flat().map(Math.abs));

// What is drawn of a word at a step: its row, and under it the gradient or the row afterwards.
function itemsOf({ update, wordOf, idOf }, at) {
  const { context_ids, output_ids } = update;
  const scale = largest([...update.rows, ...update.output_rows, update.hidden]);
  const gradientScale = largest([...update.d_rows, ...update.d_output_rows, update.d_hidden]);
  const under = (gradient, after) => (at < 4 ? null : at === 4
    ? { values: gradient, kind: "gradient", scale: gradientScale }
    : { values: after, kind: "now", scale });
  const top = (values, from) => ({ values: at < from ? null : values, kind: "plain", scale });
  const context = context_ids.map((id, i) => ({ word: wordOf(id), note: say("draw_id", { id: idOf(id) }),
    top: top(update.rows[i], 0),
    bottom: under(update.d_rows[i], update.W_in_after[update.input_ids.indexOf(id)]),
    frame: at === 0 || at === 5 ? "now" : "" }));
  const outputs = output_ids.map((id, j) => ({ word: wordOf(id),
    note: noteOf(idOf(id), update.weights[j] ? `t = ${update.labels[j]}` : "w = 0"),
    top: top(update.output_rows[j], 2), metrics: metricsOf(update, j, at),
    bottom: under(update.d_output_rows[j],
      update.W_out_after[update.output_ids_distinct.indexOf(id)]),
    frame: at === 2 || at === 5 ? "now" : "" }));
  const hidden = { top: top(update.hidden, 1), frame: at === 1 ? "now" : "",
    bottom: at < 4 ? null : { values: update.d_hidden, kind: "gradient", scale: gradientScale } };
  return { context, outputs, hidden };
}

// The id of a word and its label, as far as there is room.
function noteOf(id, label) {
  const tight = label.replaceAll(" ", "");
  const fits = (note) => fitted(note, NOTE_ROOM) === note;
  return [label, tight].map((one) => say("draw_id_and_label", { id, label: one })).find(fits)
    || `${id}, ${tight}`;
}

function metricsOf({ scores, probabilities, losses, d_scores }, j, at) {
  return { score: at < 2 ? null : scores[j], p: at < 3 ? null : probabilities[j],
    loss: at < 3 ? null : losses[j], d_score: at < 4 ? null : d_scores[j] };
}

// Where everything stands.
function wideLayout(dim, nContext, nOutputs) {
  const vector = vectorWidth(dim);
  const item = LABEL + vector;
  const node = 8 + item + 62;
  const hidden = node + NODE_RADIUS + 26;
  const output = hidden + vector + 62;
  const metrics = output + item + 10;
  const head = 40;
  const height = head + Math.max(nContext, nOutputs, 2) * PITCH + 44;
  const middle = head + (Math.max(nContext, nOutputs, 2) * PITCH - 16) / 2;
  const first = (n) => middle - (n * PITCH - 16) / 2;
  return { isWide: true, vector, item, width: metrics + 168, height, node: [node, middle],
    hidden: [hidden, middle - CELL.height / 2], loss: [metrics + 164, height - 14],
    context: (i) => [8, first(nContext) + i * PITCH], metrics: (x, y) => [metrics, y, 56],
    output: (j) => [output, first(nOutputs) + j * PITCH],
    titles: { context: [8, 16], hidden: [hidden, middle - 24], output: [output, 16],
      metrics: [metrics, 16] } };
}

function narrowLayout(dim, nContext, nOutputs) {
  const vector = vectorWidth(dim);
  const item = LABEL + vector;
  const width = Math.max(item + 56, 366);
  const pitch = PITCH + 42;
  const context = 36;
  const hidden = context + nContext * PITCH + 46;
  const output = hidden + ITEM_HEIGHT + 52;
  const height = output + nOutputs * pitch + 34;
  return { isWide: false, vector, item, width, height, node: [8 + item + 26, hidden - 24],
    hidden: [8 + LABEL, hidden], loss: [8, height - 14],
    context: (i) => [8, context + i * PITCH],
    output: (j) => [8, output + j * pitch], metrics: (x, y) => [x, y + ITEM_HEIGHT + 7, 112],
    titles: { context: [8, 16], hidden: [8 + LABEL, hidden - 14], output: [8, output - 18] } };
}

// The drawing of a step, for a window of this width.
function networkOf(shot, step, room) {
  const at = STEPS.indexOf(step);
  const { update } = shot;
  const dim = update.hidden.length;
  const items = itemsOf(shot, at);
  const context = items.context.slice(0, MOST_ITEMS);
  const outputs = items.outputs.slice(0, MOST_ITEMS);
  const nShown = [items.context, items.outputs].map((all, i) =>
    Math.min(all.length, MOST_ITEMS + (all.length > MOST_ITEMS ? 0.5 : 0)));
  const layout = (room < WIDE_ENOUGH ? narrowLayout : wideLayout)(dim, ...nShown);
  const { width, height } = layout;
  const svg = makeSvg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img",
    "aria-label": labelOf(shot, step), "aria-details": "blocks",
    style: `max-width: ${Math.round(width * 1.05)}px` });
  svg.append(...arrowsOf(layout, context, outputs, at), ...titlesOf(layout, at));
  context.forEach((item, i) => svg.append(drawItem(item, dim, ...layout.context(i))));
  outputs.forEach((item, j) => svg.append(drawItem(item, dim, ...layout.output(j)),
    drawMetrics(item.metrics, layout, layout.output(j), at)));
  svg.append(drawNode(layout, at), drawHidden(items.hidden, dim, layout));
  svg.append(...moreOf(layout, items), drawLoss(update, layout, at));
  return svg;
}

function arrowsOf({ isWide, context, output, item, node, hidden, vector }, inputs, outputs, at) {
  const isBack = at === 4;
  const [x, y] = node;
  const forward = (step) => (at === step ? "now" : isBack ? "quiet" : at > step ? "done" : "quiet");
  const shift = isBack ? 7 : 0; // the way back runs beside the way there
  const arrows = [];
  const add = (from, to, kind, bend) => arrows.push(drawArrow(from, to, { kind, bend }));
  const both = (from, to, step, bend) => {
    add(from, to, forward(step), bend);
    if (!isBack) return;
    const down = ([left, top]) => [left, top + shift + 4];
    add(down(to), down(from), "back", bend === undefined ? undefined : bend + shift);
  };
  const right = hidden[0] + vector;
  inputs.forEach((_, i) => {
    const [left, top] = context(i);
    const from = [left + item + 6, top + 11];
    if (isWide) both(from, [x - NODE_RADIUS - 3, y], 1);
    else both(from, [x, y - NODE_RADIUS - 3], 1, x);
  });
  if (isWide) {
    both([x + NODE_RADIUS + 2, y], [hidden[0] - 4, y], 1);
  } else {
    const below = y + NODE_RADIUS;
    add([x, below], [right + 4, hidden[1] + 11], forward(1), x);
    if (isBack) add([right + 4, hidden[1] + 22], [x + shift, below + 2], "back", x + shift);
  }
  outputs.forEach((_, j) => {
    const [left, top] = output(j);
    if (isWide) both([right + 6, y], [left - 8, top + 11], 2);
    else both([right + 6, hidden[1] + 33], [left + item + 8, top + 11], 2, x);
  });
  return arrows;
}

function titlesOf({ titles, isWide }, at) {
  const part = (key, [x, y], isNow) =>
    svgText(say(key), x, y, { class: isNow ? "title now" : "title" });
  const found = [part("draw_context", titles.context, at === 0),
    part("draw_hidden", titles.hidden, at === 1), part("draw_output", titles.output, at === 2)];
  if (isWide) {
    ["col_score", "draw_p", "col_loss"].forEach((name, i) => found.push(svgText(say(name),
      titles.metrics[0] + 56 * i + 50, titles.metrics[1],
      { class: at === (i ? 3 : 2) ? "title now" : "title", "text-anchor": "end" })));
  }
  return found;
}

// The score of a word, its sigmoid and its loss; under the score its gradient.
function drawMetrics({ score, p, loss, d_score }, { isWide, metrics }, place, at) {
  const [x, y, width] = metrics(...place);
  const group = makeSvg("g", { class: "metrics" });
  const all = [["col_score", score, 2], ["draw_p", p, 3], ["col_loss", loss, 3]];
  all.forEach(([name, value, step], i) => {
    const shown = value === null ? "?" : metricNumber(value);
    const kind = `number ${at === step ? "now" : value === null ? "unknown" : ""}`;
    if (isWide) {
      group.append(svgText(shown, x + i * width + 50, y + 15,
        { class: kind, "text-anchor": "end" }));
    } else {
      group.append(svgText(`${say(name)} ${shown}`, x + i * width, y + 14,
        { class: kind }));
    }
  });
  if (d_score !== null) {
    group.append(isWide
      ? svgText(metricNumber(d_score), x + 50, y + 39,
        { class: "number back", "text-anchor": "end" })
      : svgText(`d_score ${metricNumber(d_score)}`, x, y + 32, { class: "number back" }));
  }
  return group;
}

const metricNumber = (value) => {
  const size = Math.abs(value);
  if (value === 0) return "0";
  if (size < 5e-4 || size >= 1e4) return withMinus(value.toExponential(0).replace("e+", "e"));
  return withMinus(value.toFixed(size < 10 ? 3 : 1));
};

function drawNode({ node: [x, y] }, at) {
  return makeSvg("g", { class: `node ${at === 1 ? "now" : ""}` },
    makeSvg("circle", { cx: x, cy: y, r: NODE_RADIUS }),
    svgText("Σ/|C|", x, y + 4.5, { "text-anchor": "middle" }));
}

function drawHidden({ top, bottom, frame }, dim, { hidden: [x, y] }) {
  const group = makeSvg("g", { class: "item" });
  if (frame) {
    group.append(makeSvg("rect", { class: `frame ${frame}`, x: x - 5, y: y - 5, rx: 6,
      width: vectorWidth(dim) + 10, height: CELL.height + 10 }));
  }
  group.append(drawVector(top.values, dim, x, y, top));
  if (bottom) group.append(drawVector(bottom.values, dim, x, y + CELL.height + ROW_GAP, bottom));
  return group;
}

// A line for the words for which there is no room.
function moreOf({ context, output }, items) {
  return [[items.context, context], [items.outputs, output]]
    .filter(([all]) => all.length > MOST_ITEMS).map(([all, place]) => {
      const [x, y] = place(MOST_ITEMS);
      const n = all.length - MOST_ITEMS;
      return svgText(say("draw_more", { n }), x, y + 12, { class: "small" });
    });
}

function drawLoss({ loss, loss_after }, { loss: [x, y], isWide }, at) {
  const known = at < 3 ? `${say("col_loss")} = ?` : `${say("col_loss")} = ${shownNumber(loss)}`;
  const text = at < 5 ? known : `${known} → ${shownNumber(loss_after)}`;
  return svgText(text, x, y, { class: at === 3 || at === 5 ? "total now" : "total",
    "text-anchor": isWide ? "end" : "start" });
}

// What the drawing shows, in words.
function labelOf({ update, wordOf }, step) {
  const words = (ids) => ids.map(wordOf).join(say("comma"));
  const noise = update.output_ids.slice(1);
  return say("draw_label", { step: say(`step_${step}`), context: words(update.context_ids),
    center: wordOf(update.output_ids[0]), noise: words(noise) });
}
