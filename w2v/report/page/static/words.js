// What is drawn of words: analogies as arrows, norms against frequency, the frequency curve.

function pairsOf(arrows) {
  const seen = new Map();
  for (const { words: [a, b, c, d], points } of arrows) {
    for (const [from, to, p, q] of [[a, b, points[0], points[1]], [c, d, points[2], points[3]]]) {
      seen.set(JSON.stringify([from, to]), { from, to, p, q });
    }
  }
  return [...seen.values()];
}

const OUTCOMES = [
  { label: "b − a + c, where the nearest word is d", isRight: true, symbol: "circle-open" },
  { label: "b − a + c, where another word is nearer", isRight: false, symbol: "x" }];

function drawArrows(view, look) {
  const pairs = pairsOf(view.arrows);
  const places = new Map(pairs.flatMap(({ from, to, p, q }) => [
    [from, { at: p, away: [p[0] - q[0], q[1] - p[1]] }],
    [to, { at: q, away: [q[0] - p[0], p[1] - q[1]] }]])); // labels stand clear of the arrow
  const words = [...places.keys()];
  const [x, y] = [0, 1].map((axis) => words.map((word) => places.get(word).at[axis]));
  const heads = pairs.map(({ p, q }) => ({ x: q[0], y: q[1], ax: p[0], ay: p[1], xref: "x", yref: "y",
    axref: "x", ayref: "y", text: "", showarrow: true, arrowhead: 2, arrowwidth: 1.5,
    arrowcolor: look.accent, standoff: 4, startstandoff: 4 }));
  const points = { type: "scatter", mode: "markers", x, y, marker: { size: 7, color: look.accent },
    hoverinfo: "text", hovertext: words.map((word) => plain(word)) };
  const outcomes = OUTCOMES.map((outcome) => ({ ...outcome,
    colour: outcome.isRight ? look.series[2] : look.mark,
    arrows: view.arrows.filter(({ words: [, , , d], answer }) => (answer === d) === outcome.isRight),
  })).filter(({ arrows }) => arrows.length);
  return { traces: [...outcomes.flatMap(endTraces), points], legend: outcomes,
    labels: { x, y, texts: words, away: words.map((word) => places.get(word).away), most: 80 },
    layout: { annotations: heads, ...planeLayout("1st axis of these words", "2nd axis") } };
}

// Where b − a + c came to lie, with a dotted way to d.
function endTraces({ label, symbol, colour: color, arrows }) {
  const ends = { type: "scatter", mode: "markers", meta: [label],
    x: arrows.map(({ points }) => points[4][0]), y: arrows.map(({ points }) => points[4][1]),
    marker: { size: 9, symbol, color, line: { width: symbol === "x" ? 0 : 2 } },
    hoverinfo: "text",
    hovertext: arrows.map(({ words: [a, b, c, d], answer }) =>
      `${plain(b)} − ${plain(a)} + ${plain(c)}<br>nearest: ${plain(answer)}<br>asked for: ${plain(d)}`),
  };
  const ways = { type: "scatter", mode: "lines", meta: [label], hoverinfo: "skip",
    line: { width: 1, dash: "dot", color },
    x: arrows.flatMap(({ points }) => [points[4][0], points[3][0], null]),
    y: arrows.flatMap(({ points }) => [points[4][1], points[3][1], null]) };
  return [ways, ends];
}

// Distances mean something in a plane, so that a unit is as long across as up; coordinates do not.
function planeLayout(xTitle, yTitle) {
  const bare = { showticklabels: false, ticks: "" };
  return { x: { title: { text: xTitle }, ...bare },
    y: { title: { text: yTitle }, ...bare, scaleanchor: "x" } };
}

// A logarithmic axis with ticks at powers of ten, and at 2 and 5 times those if there are few.
function logAxis(values) {
  const positive = values.filter((value) => value > 0);
  if (!positive.length) return {};
  const powers = [Math.min(...positive), Math.max(...positive)].map(Math.log10);
  const steps = powers[1] - powers[0] < 2.2 ? [1, 2, 5] : [1];
  const tickvals = [];
  for (let power = Math.floor(powers[0]); power <= Math.ceil(powers[1]); power += 1) {
    tickvals.push(...steps.map((step) => step * 10 ** power));
  }
  return { type: "log", tickvals, ticktext: tickvals.map(shownNumber) };
}

function drawScatter(view, look) {
  const points = { type: "scatter", mode: "markers", x: view.x, y: view.y,
    marker: { size: 6, color: look.series[0], opacity: 0.65 },
    hoverinfo: "text",
    hovertext: view.words.map((word, i) =>
      `${plain(word)}<br>count ${shownNumber(view.x[i])}<br>norm ${shownNumber(view.y[i])}`) };
  const axis = (title, log, values) => ({ title: { text: plain(title) }, exponentformat: "none",
    ...(log ? logAxis(values) : {}) });
  return { traces: [points],
    labels: { x: view.x, y: view.y, texts: view.words, most: 30 },
    layout: { x: axis(view.xTitle, view.log[0], view.x),
      y: axis(view.yTitle, view.log[1], view.y) } };
}

function drawFrequency(view, look) {
  const names = { counts: "in the text", trained: "trained on, an epoch",
    removed: "thinned out by subsampling" };
  const hover = (name, values, of) => of.map((i) =>
    `rank ${shownNumber(view.ranks[i])}<br>${name}: ${shownNumber(values[i])}`);
  const all = view.ranks.map((_, i) => i);
  const kept = all.filter((i) => view.trained[i] > 0);
  const back = [...kept].reverse();
  const traces = [
    { type: "scatter", mode: "lines", fill: "toself", hoverinfo: "skip", meta: [names.removed],
      x: [...kept, ...back].map((i) => view.ranks[i]),
      y: [...kept.map((i) => view.counts[i]), ...back.map((i) => view.trained[i])],
      fillcolor: look.series[1], opacity: 0.3, line: { width: 0 } },
    { type: "scatter", mode: "lines", meta: [names.counts], x: view.ranks, y: view.counts,
      line: { width: 2.5, color: look.series[0] }, hoverinfo: "text",
      hovertext: hover(names.counts, view.counts, all) },
    { type: "scatter", mode: "lines", meta: [names.trained], x: kept.map((i) => view.ranks[i]),
      y: kept.map((i) => view.trained[i]),
      line: { width: 2.5, color: look.series[1], dash: "dash" }, hoverinfo: "text",
      hovertext: hover(names.trained, view.trained, kept) },
  ];
  const last = view.ranks[view.ranks.length - 1];
  const start = view.firstDropped && view.firstDropped - 0.5; // of the part that has no rows
  const shapes = start ? [{ type: "rect", xref: "x", yref: "paper", y0: 0, y1: 1,
    x0: start, x1: last, fillcolor: look.quiet, opacity: 0.18, line: { width: 0 },
    layer: "below" }] : [];
  const place = start ? { xref: "x", x: Math.log10(start) } : { xref: "paper", x: 1 };
  const annotations = view.nDropped > 0 ? [{ ...place, yref: "paper", y: 1, xanchor: "right",
    yanchor: "top", showarrow: false, align: "right",
    text: `${shownNumber(view.nDropped)} words<br>${plain(view.whyDropped)}${start ? " →" : ""}` }]
    : [];
  return { traces,
    legend: [{ label: names.counts, colour: look.series[0], dash: "solid" },
      { label: names.trained, colour: look.series[1], dash: "dash" },
      { label: names.removed, colour: look.series[1] }],
    layout: { shapes, annotations,
      x: { title: { text: "rank of the word" }, ...logAxis(view.ranks) },
      y: { title: { text: "count" }, ...logAxis([...view.counts, ...view.trained]) } } };
}
