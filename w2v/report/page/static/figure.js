// A figure: its choice of view, its drawing, its legend, and its table.
//
// A drawing is what a function of DRAWINGS makes of a view: {traces, layout, legend, labels, height}.
// A trace's `meta` names the entries of the legend that it belongs to.

const CONFIG = { displayModeBar: false, displaylogo: false, responsive: true, showTips: false,
  doubleClick: "reset" };

class Figure {
  constructor(element) {
    this.element = element;
    this.kind = element.dataset.kind;
    this.views = report.figures[element.id];
    this.plot = element.querySelector(".plot");
    this.chosen = 0;
    this.isDrawn = false;
    this.hidden = new Set();
    this.legend = make("ul", { class: "legend" });
    this.plot.before(this.legend);
    this.plot.setAttribute("role", "img");
    this.plot.setAttribute("aria-label", this.view.label);
    this.addChoice();
    this.addTable();
  }

  get view() { return this.views[this.chosen]; }

  addChoice() {
    if (this.views.length < 2) return;
    const select = make("select", {}, ...this.views.map((view, i) =>
      make("option", { value: i }, view.name)));
    select.addEventListener("change", () => this.choose(Number(select.value)));
    const controls = this.element.querySelector(".controls");
    controls.hidden = false;
    controls.prepend(make("label", {}, "Show", select));
  }

  choose(i) {
    this.chosen = i;
    this.hidden.clear();
    this.plot.setAttribute("aria-label", this.view.label);
    this.table.querySelector(".scroll")?.remove();
    if (this.table.open) this.table.append(tableOf(this.view));
    this.draw();
  }

  addTable() {
    this.table = this.element.querySelector("details.table");
    this.table.addEventListener("toggle", () => {
      if (this.table.open && !this.table.querySelector("table")) {
        this.table.append(tableOf(this.view));
      }
    });
  }

  draw() {
    const look = theme();
    const drawing = DRAWINGS[this.kind](this.view, look, this);
    for (const trace of drawing.traces) {
      trace.visible = !(trace.meta || []).some((label) => this.hidden.has(label));
    }
    this.labels = drawing.labels;
    if (this.labels) drawing.traces.push(labelTrace(look));
    if (drawing.height) this.plot.style.height = `${drawing.height}px`;
    const layout = layoutOf(look, { uirevision: this.chosen, ...drawing.layout });
    Plotly.react(this.plot, drawing.traces, layout, CONFIG).then(() => this.label());
    if (!this.isDrawn) this.listen();
    this.isDrawn = true;
    this.showLegend(drawing.legend || [], look);
  }

  listen() {
    this.plot.on("plotly_relayout", () => this.label());
  }

  label() {
    const done = () => { this.element.dataset.state = "drawn"; };
    if (!this.labels) {
      done();
      return;
    }
    showLabels(this.plot, this.plot.data.length - 1, this.labels).then(done);
  }

  showLegend(entries, look) {
    const focused = [...this.legend.children].findIndex((item) =>
      item.contains(document.activeElement));
    this.legend.replaceChildren(...entries.map((entry) => this.legendItem(entry, look)));
    if (focused >= 0) this.legend.children[focused]?.querySelector("button").focus();
  }

  legendItem(entry, look) {
    const button = make("button", { type: "button", "aria-pressed": !this.hidden.has(entry.label) },
      swatch(entry, look), make("bdi", {}, shortened(entry.label, 60)));
    button.addEventListener("click", () => {
      if (!this.hidden.delete(entry.label)) this.hidden.add(entry.label);
      this.draw();
    });
    return make("li", {}, button);
  }
}

const DASH_ARRAYS = { dash: "6 3", dot: "2 3", dashdot: "6 2 2 2", longdash: "9 3",
  longdashdot: "9 2 2 2" };
const OUTLINES = { square: "M2 1H12V11H2Z", diamond: "M7 0L13 6L7 12L1 6Z",
  "triangle-up": "M7 1L13 11H1Z", cross: "M5 1H9V4H12V8H9V11H5V8H2V4H5Z",
  star: "M7 0L9 4L13 5L10 8L11 12L7 10L3 12L4 8L1 5L5 4Z" };

// The sign of a legend's entry: a line with its dashes, or a symbol.
function swatch({ colour: own, dash, symbol, fill }, look) {
  const stroke = own || look.quiet;
  const pen = { stroke, "stroke-width": 2.5, fill: "none" };
  let sign = makeSvg("circle", { cx: 7, cy: 6, r: 5, stroke, fill: stroke + (fill || "") });
  if (dash) {
    const dashes = DASH_ARRAYS[dash];
    sign = makeSvg("path", { d: "M0 6H26", ...pen, ...(dashes && { "stroke-dasharray": dashes }) });
  } else if (symbol === "circle-open") {
    sign = makeSvg("circle", { cx: 7, cy: 6, r: 4, ...pen });
  } else if (symbol === "x") {
    sign = makeSvg("path", { d: "M3 2L11 10M11 2L3 10", ...pen });
  } else if (OUTLINES[symbol]) {
    sign = makeSvg("path", { d: OUTLINES[symbol], fill: stroke });
  }
  return makeSvg("svg", { width: dash ? 26 : 14, height: 12, "aria-hidden": "true" }, sign);
}
