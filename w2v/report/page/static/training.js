// What is drawn of training, evaluation and sweeps: curves, bars, and responses with error bars.

const distinct = (values) => [...new Set(values)];

function paint(look, i) {
  return look.series[i % look.series.length];
}

function dashOf(look, run, what) {
  return DASHES[Math.floor(run / look.series.length) % DASHES.length][Math.min(what, 1)];
}

const MOST_POINTS = 6000; // that are drawn at once; the table has them all

// Every so manieth point of each line where they are too many together, and the last.
function thinned(lines) {
  const step = Math.ceil(lines.reduce((n, { x }) => n + x.length, 0) / MOST_POINTS);
  const isKept = (_, i, all) => (all.length - 1 - i) % step === 0;
  return lines.map((line) => ({ ...line, x: line.x.filter(isKept), y: line.y.filter(isKept) }));
}

function drawCurves(view, look) {
  const runs = distinct(view.lines.map(({ run }) => run));
  const whats = distinct(view.lines.map(({ what }) => what));
  const traces = thinned(view.lines).map(({ run, what, x, y }) => {
    const [r, w] = [runs.indexOf(run), whats.indexOf(what)];
    return {
      type: "scatter", mode: x.length <= 40 ? "lines+markers" : "lines", x, y, meta: [run, what],
      marker: { size: 5 },
      line: { width: 2, color: paint(look, runs.length > 1 ? r : w), dash: dashOf(look, r, w) },
      hoverinfo: "text",
      hovertext: x.map((epoch, i) => `${plain(run)}<br>${plain(what)} ${shownNumber(y[i])}`
        + `<br>epoch ${shownNumber(epoch)}`),
    };
  });
  const ofRuns = runs.map((label, r) =>
    ({ label, colour: paint(look, r), dash: dashOf(look, r, 0) }));
  const ofWhats = whats.map((label, w) => ({ label, dash: DASHES[0][Math.min(w, 1)],
    colour: runs.length > 1 ? look.quiet : paint(look, w) }));
  const legend = [...(runs.length > 1 ? ofRuns : []), ...(whats.length > 1 ? ofWhats : [])];
  return { traces, legend,
    layout: { hoverdistance: 60, x: { title: { text: plain(view.xTitle) }, rangemode: "tozero" },
      y: { title: { text: plain(view.yTitle) }, rangemode: view.key === "loss" ? "normal" : "tozero",
        exponentformat: "none", separatethousands: true } } };
}

const FILLS = ["", "70", "00"]; // how full bars are when all colours were used, and again

function drawBars(view, look, { plot }) {
  const isNarrow = plot.clientWidth < 560;
  const thickness = Math.max(3, Math.min(18, 84 / view.runs.length)); // pixels of a bar
  const cycle = (run) => Math.floor(run / look.series.length) % FILLS.length;
  const places = view.sections.map((_, i) => i);
  const traces = view.runs.map((run, r) => ({
    type: "bar", orientation: "h", x: view.values[r], y: places, meta: [run],
    marker: { color: paint(look, r) + FILLS[cycle(r)], line: { color: paint(look, r), width: 1 } },
    hoverinfo: "text", textposition: "none",
    hovertext: view.values[r].map((value, i) => value === null ? ""
      : `${plain(view.sections[i])}<br>${plain(run)}: ${shownNumber(value)}`),
  }));
  return { traces,
    legend: view.runs.length > 1
      ? view.runs.map((label, r) => ({ label, colour: paint(look, r), fill: FILLS[cycle(r)] }))
      : [],
    height: 70 + view.sections.length * (10 + thickness * view.runs.length),
    layout: { bargap: 0.25,
      x: { title: axisTitle(view.yTitle, isNarrow), rangemode: "tozero" },
      y: { autorange: "reversed", tickvals: places, showgrid: false,
        ticktext: view.sections.map((name) => plain(name, isNarrow ? 18 : 36)) } } };
}

// Numbers far apart stand on a logarithmic axis; with a zero among them, side by side.
function responseAxis(x, width) {
  const numbers = x.every((value) => typeof value === "number");
  const positive = numbers ? x.filter((value) => value > 0) : [];
  const isWide = positive.length > 1 && Math.max(...positive) / Math.min(...positive) >= 20;
  const ticks = { ticktext: x.map((value) => plain(numbers ? shownNumber(value) : value, 14)) };
  if (!numbers || (isWide && positive.length < x.length)) {
    return { at: x.map((_, i) => i), axis: { ...ticks, tickvals: x.map((_, i) => i) } };
  }
  ticks.ticktext = apart(isWide ? x.map(Math.log) : x, ticks.ticktext, width);
  return { at: x, axis: { ...ticks, tickvals: x, type: isWide ? "log" : "linear", tickangle: 0 } };
}

// The texts of ticks, empty where they would lie over another: the first and the last go before.
function apart(places, texts, width) {
  const [first, last] = [Math.min(...places), Math.max(...places)];
  const boxes = places.map((place, i) => {
    const middle = last > first ? (place - first) / (last - first) * width : 0;
    return [middle - textWidth(texts[i]) / 2, middle + textWidth(texts[i]) / 2];
  });
  let end = -Infinity;
  return texts.map((text, i) => {
    const isLast = i === texts.length - 1;
    if (i > 0 && !isLast && (boxes[i][0] < end || boxes[i][1] > boxes.at(-1)[0])) return "";
    end = boxes[i][1];
    return text;
  });
}

function drawResponse(view, look, { plot }) {
  const { at, axis } = responseAxis(view.x, plot.clientWidth - 100); // without the other axis
  const traces = view.series.map((series, s) => ({
    type: "scatter", mode: "lines+markers", x: at, y: series.means, meta: [series.label],
    connectgaps: true,
    marker: { size: 8, symbol: SYMBOLS[s % SYMBOLS.length] },
    line: { width: 2, color: paint(look, s), dash: dashOf(look, s, 0) },
    error_y: { type: "data", array: series.deviations.map((value) => value ?? 0), thickness: 1.5,
      width: 5 },
    hoverinfo: "text",
    hovertext: series.means.map((mean, i) => mean === null ? "" : [
      series.label && plain(series.label),
      `${plain(view.setting)} = ${plain(view.x[i])}`,
      series.deviations[i] === null ? `${shownNumber(mean)} (1 run)`
        : `${shownNumber(mean)} ± ${shownNumber(series.deviations[i])} (${series.counts[i]} runs)`,
    ].filter(Boolean).join("<br>")),
  }));
  return { traces,
    legend: view.series.map(({ label }, s) => ({ label, colour: paint(look, s),
      dash: dashOf(look, s, 0) })).filter(({ label }) => label),
    layout: { x: { title: { text: plain(view.setting) }, ...axis },
      y: { title: axisTitle(view.measure, true), exponentformat: "none" } } };
}
