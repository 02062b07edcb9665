// The map of the words: planes, colours, a search that centers a word, and its neighbours.

const SPAN = 0.2; // of the map that is seen around a word that was found
const ZOOM = 0.6; // of what was seen, at each press of the button
const STEP = 0.25; // of what is seen, likewise
const WAYS = { left: [-1, 0], right: [1, 0], up: [0, 1], down: [0, -1] };

class WordMap extends Figure {
  constructor(element) {
    super(element);
    this.ranges = null; // of the axes, if not all words are seen
    this.word = null; // the place of the chosen one in view.words
    this.plane = element.querySelector("[name=plane]");
    this.colour = element.querySelector("[name=colour]");
    this.list = element.querySelector(".neighbours");
    this.element.querySelectorAll("[hidden]").forEach((part) => { part.hidden = false; });
    this.fillChoices();
    this.plane.addEventListener("change", () => this.showAll());
    this.colour.addEventListener("change", () => this.draw());
    this.finder = new Finder(element.querySelector(".finder"), () => this.view.words, (word) => {
      this.goTo(word);
    });
    const press = (name, action) =>
      element.querySelector(`[name=${name}]`).addEventListener("click", action);
    press("closer", () => this.zoom(ZOOM));
    press("farther", () => this.zoom(1 / ZOOM));
    for (const [name, way] of Object.entries(WAYS)) press(name, () => this.move(...way));
    press("all", () => this.reset());
    element.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.defaultPrevented) this.reset();
    });
    this.wheelOnlyInUse();
  }

  fillChoices() {
    const chosen = this.plane.value;
    const names = Object.keys(this.view.planes);
    this.plane.replaceChildren(...names.map((name) => make("option", { value: name }, name)));
    this.plane.value = names.includes(chosen) ? chosen : names[0];
    this.colour.closest("label").hidden = !this.view.groups.some(Boolean);
    if (!this.view.groups.some(Boolean)) this.colour.value = "frequency";
  }

  // Before a click in the map the wheel moves the page, as everywhere.
  wheelOnlyInUse() {
    let isInUse = false;
    document.addEventListener("pointerdown", (event) => {
      isInUse = this.plot.contains(event.target);
    });
    this.plot.addEventListener("wheel", (event) => {
      if (!isInUse && !event.ctrlKey) event.stopPropagation();
    }, { capture: true });
  }

  listen() {
    super.listen();
    // What the reader moved by hand stays when the figure is drawn anew.
    this.plot.on("plotly_relayout", (changes) => {
      if (!Object.keys(changes).some((key) => key.startsWith("xaxis.range"))) return;
      const { xaxis, yaxis } = this.plot.layout;
      this.ranges = { x: [...xaxis.range], y: [...yaxis.range] };
    });
    this.plot.on("plotly_click", ({ points }) => {
      const word = points[0].customdata;
      if (Number.isInteger(word)) this.goTo(word);
    });
  }

  choose(i) {
    const word = this.word === null ? null : this.view.words[this.word];
    this.chosen = i;
    this.fillChoices();
    this.word = null;
    const there = word === null ? -1 : this.view.words.indexOf(word);
    this.ranges = null;
    super.choose(i);
    if (there >= 0) this.goTo(there);
    else this.showNeighbours();
  }

  get points() { return this.view.planes[this.plane.value]; }

  goTo(word) {
    this.word = word;
    const { x, y } = this.points;
    const half = (values) => (SPAN / 2) * (Math.max(...values) - Math.min(...values)) || 1;
    this.ranges = { x: around(x[word], half(x)), y: around(y[word], half(y)) };
    this.draw();
    this.showNeighbours();
  }

  zoom(factor) {
    const { xaxis, yaxis } = this.plot._fullLayout;
    const scaled = ([low, high]) => around((low + high) / 2, (factor * (high - low)) / 2);
    this.ranges = { x: scaled(xaxis.range), y: scaled(yaxis.range) };
    this.draw();
  }

  move(right, up) {
    const { xaxis, yaxis } = this.plot._fullLayout;
    const moved = ([low, high], way) =>
      [low, high].map((value) => value + way * STEP * (high - low));
    this.ranges = { x: moved(xaxis.range, right), y: moved(yaxis.range, up) };
    this.draw();
  }

  showAll() {
    this.ranges = null;
    this.draw();
  }

  reset() {
    this.word = null;
    this.finder.input.value = this.finder.said.textContent = "";
    this.showNeighbours();
    this.showAll();
    announce("all words are shown");
  }

  showNeighbours() {
    const { word, view } = this;
    if (word === null) {
      this.list.replaceChildren();
      return;
    }
    const items = view.near[word].map((near, i) => {
      const cosine = make("span", { class: "cosine" }, view.cosines[word][i].toFixed(3));
      if (typeof near === "string") {
        return make("li", { title: "not in the map" }, wordElement(near), cosine);
      }
      const button = make("button", { type: "button" }, wordElement(view.words[near]));
      button.addEventListener("click", () => {
        this.goTo(near);
        this.list.querySelector("h4").focus();
      });
      return make("li", {}, button, cosine);
    });
    const facts = `count ${shownNumber(view.counts[word])}, norm ${shownNumber(view.norms[word])}`;
    this.list.replaceChildren(
      make("h4", { tabindex: "-1" }, "Nearest to ", wordElement(view.words[word])),
      make("p", { class: "how" }, facts), make("ol", {}, ...items),
      make("p", { class: "how" }, "With the cosine of the angle between the vectors. "
        + "Words without a link are not in the map."));
    const names = view.near[word].map((near) => (typeof near === "string" ? near : view.words[near]));
    announce(`${view.words[word]} is in the middle; nearest: ${names.join(", ")}`);
  }
}

const around = (middle, half) => [middle - half, middle + half];

function drawMap(view, look, map) {
  const { x, y } = map.points;
  const isNarrow = map.plot.clientWidth < 560;
  const hovertext = view.words.map((word, i) => `${plain(word)}<br>count ${shownNumber(view.counts[i])}`
    + `<br>norm ${shownNumber(view.norms[i])}`);
  const trace = (members, marker, meta) => ({ type: "scatter", mode: "markers", meta,
    x: members.map((i) => x[i]), y: members.map((i) => y[i]), customdata: members,
    hoverinfo: "text", hovertext: members.map((i) => hovertext[i]), marker });
  const everyone = view.words.map((_, i) => i);
  const byGroup = map.colour.value === "group";
  const { traces, legend } = byGroup ? groupTraces(view, look, trace) : {
    traces: [trace(everyone, frequencyMarker(view, look, isNarrow))], legend: [] };
  const near = map.word === null ? []
    : view.near[map.word].filter((other) => typeof other === "number");
  const ring = (members, width, color) => ({ ...trace(members, { size: 12, symbol: "circle-open",
    color, line: { width } }), hoverinfo: "skip" });
  traces.push(ring(near, 1.5, look.text), ring(map.word === null ? [] : [map.word], 3, look.mark));
  const listed = byGroup ? everyone.filter((i) => view.groups[i] !== null) : [];
  const order = distinct([...(map.word === null ? [] : [map.word]), ...near, ...listed, ...everyone]);
  const share = (axis) => ` axis, ${(100 * view.explained[axis]).toFixed(1)} % of the variance`;
  const titles = map.plane.value === "PCA" ? [`1st${share(0)}`, `2nd${share(1)}`] : ["", ""];
  const layout = { ...planeLayout(...(isNarrow ? ["", ""] : titles)),
    margin: { l: 12, r: 12, t: 12, b: 12 } };
  layout.dragmode = "pan";
  if (map.ranges) {
    layout.x.range = [...map.ranges.x];
    layout.y.range = [...map.ranges.y];
  }
  layout.uirevision = Math.random(); // `ranges` says what is seen
  return { traces, legend, layout,
    labels: { x: order.map((i) => x[i]), y: order.map((i) => y[i]),
      texts: order.map((i) => view.words[i]), most: 70 } };
}

function frequencyMarker(view, look, isNarrow) {
  const powers = view.counts.map((count) => Math.log10(Math.max(count, 1)));
  const [low, high] = [Math.min(...powers), Math.max(...powers)];
  const ticks = [];
  for (let power = Math.ceil(low); power <= high; power += 1) ticks.push(power);
  if (ticks.length < 2) ticks.splice(0, ticks.length, low, high);
  const bar = isNarrow ? { orientation: "h", y: 1, yanchor: "bottom", len: 0.9 } : { len: 0.6 };
  return { size: isNarrow ? 5 : 7, opacity: 0.8, color: powers, colorscale: look.scale,
    line: { width: 0.5, color: look.quiet },
    colorbar: { title: { text: "count", side: "top" }, thickness: 12, outlinewidth: 0, ...bar,
      tickvals: ticks, ticktext: ticks.map((power) => shownNumber(Math.round(10 ** power))) } };
}

function groupTraces(view, look, trace) {
  const groups = distinct(view.groups.filter((group) => group !== null));
  const membersOf = (group) => view.groups.flatMap((other, i) => (other === group ? [i] : []));
  const rest = "in no list";
  const marker = (g) => ({ size: 9, color: paint(look, g), symbol: SYMBOLS[g % SYMBOLS.length] });
  return {
    traces: [trace(membersOf(null), { size: 5, color: look.quiet, opacity: 0.35 }, [rest]),
      ...groups.map((group, g) => trace(membersOf(group), marker(g), [group]))],
    legend: [...groups.map((label, g) => ({ label, colour: paint(look, g),
      symbol: SYMBOLS[g % SYMBOLS.length] })),
      { label: rest, colour: look.quiet }] };
}
