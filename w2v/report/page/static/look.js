// The colours of figures: those of the page, read from its style, and those of lines and groups.

// Okabe and Ito (2008), which colour-blind readers tell apart; their yellow is left to the dark theme.
const SERIES = { light: ["#0072b2", "#d55e00", "#009e73", "#b5598f", "#4d4d4d", "#3a97cc", "#b87a00"],
  dark: ["#56b4e9", "#e69f00", "#00b486", "#e08fbd", "#f0e442", "#b8bec6", "#f0763b"] };
// Viridis, without the end that the page would swallow.
const SCALE = {
  light: ["#440154", "#482878", "#3e4989", "#31688e", "#26828e", "#1f9e89", "#35b779"],
  dark: ["#3e6d9c", "#31788e", "#26929e", "#1fa989", "#4ac16d", "#a0da39", "#fde725"] };
const DASHES = [["solid", "dash"], ["dot", "dashdot"], ["longdash", "longdashdot"]];
const SYMBOLS = ["circle", "square", "diamond", "triangle-up", "cross", "star", "x"];

function colour(name) {
  const probe = byId("announcer");
  probe.style.color = `var(--${name})`;
  const found = getComputedStyle(probe).color;
  probe.style.color = "";
  return found;
}

function theme() {
  const name = themeName();
  const scale = SCALE[name].map((value, i, all) => [i / (all.length - 1), value]);
  const colours = Object.fromEntries(
    ["page", "raised", "text", "quiet", "line", "accent", "mark"].map((key) => [key, colour(key)]));
  return { name, scale, series: SERIES[name], ...colours };
}

// The title of an axis, in two lines where one has no room.
function axisTitle(text, isNarrow) {
  const half = Math.floor(text.length / 2);
  const at = isNarrow && text.length > 22 ? text.indexOf(" ", half - 6) : -1;
  const parts = at > 0 ? [text.slice(0, at), text.slice(at + 1)] : [text];
  return { text: parts.map((part) => plain(part)).join("<br>") };
}

// What is the same in every figure; a figure adds its own.
function layoutOf(look, { x = {}, y = {}, ...rest }) {
  const axis = { automargin: true, gridcolor: look.line, linecolor: look.quiet, zeroline: false,
    tickcolor: look.quiet, title: { standoff: 8 } };
  return {
    autosize: true,
    margin: { l: 50, r: 14, t: 14, b: 40 },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: getComputedStyle(document.body).fontFamily, size: 13, color: look.text },
    hoverlabel: { bgcolor: look.raised, bordercolor: look.quiet, font: { color: look.text },
      align: "left" },
    hovermode: "closest",
    showlegend: false,
    // A finger that drags over a figure moves the page.
    dragmode: matchMedia("(pointer: coarse)").matches ? false : "zoom",
    xaxis: { ...axis, ...x, title: { ...axis.title, ...x.title } },
    yaxis: { ...axis, ...y, title: { ...axis.title, ...y.title } },
    ...rest,
  };
}
