// Labels of points, as many as have room: the most important first, none over another.

const LABEL_SIZE = 12; // pixels
const canvas = document.createElement("canvas").getContext("2d");

function textWidth(text) {
  canvas.font = `${LABEL_SIZE}px sans-serif`;
  return canvas.measureText(text).width + 4;
}

// Where a label can stand: Plotly's name for it, and the way there from the point.
const SIDES = [["top center", 0, -1], ["bottom center", 0, 1], ["middle right", 1, 0],
  ["middle left", -1, 0]];

// Sides in the order in which they are tried: those that lie the way of `away` first.
function sidesFor(away) {
  if (!away) return SIDES;
  const along = ([, x, y]) => x * away[0] + y * away[1];
  return [...SIDES].sort((one, other) => along(other) - along(one));
}

// Return for each place {x, y, text, away}, in pixels, where its label goes, or null if nowhere.
function placeLabels(places, width, height, most) {
  const taken = [];
  const isFree = (box) => box.left >= 0 && box.top >= 0 && box.right <= width && box.bottom <= height
    && !taken.some((other) => box.left < other.right && other.left < box.right
      && box.top < other.bottom && other.top < box.bottom);
  return places.map(({ x, y, text, away }) => {
    if (taken.length >= most || x < 0 || y < 0 || x > width || y > height) return null;
    const [w, h] = [textWidth(text), LABEL_SIZE + 3];
    for (const [side, right, down] of sidesFor(away)) {
      const left = x - w / 2 + right * (w / 2 + 7);
      const top = y - h / 2 + down * (h / 2 + 5);
      const box = { left, top, right: left + w, bottom: top + h };
      if (isFree(box)) {
        taken.push(box);
        return side;
      }
    }
    return null;
  });
}

// The trace that labels go into; `showLabels` fills it once the axes are known.
function labelTrace(look) {
  // Unseen markers keep the texts off the points that they are of.
  return { type: "scatter", mode: "markers+text", x: [], y: [], text: [], hoverinfo: "skip",
    marker: { size: 10, opacity: 0 }, textfont: { size: LABEL_SIZE, color: look.text } };
}

function showLabels(plot, trace, labels) {
  const { xaxis, yaxis } = plot._fullLayout;
  const places = labels.texts.map((text, i) => ({
    x: xaxis.d2p(labels.x[i]), y: yaxis.d2p(labels.y[i]), text: shortened(text, 24), i,
    away: labels.away && labels.away[i] }));
  const where = placeLabels(places, xaxis._length, yaxis._length, labels.most);
  const seen = places.filter((_, i) => where[i] !== null);
  return Plotly.restyle(plot, {
    x: [seen.map(({ i }) => labels.x[i])],
    y: [seen.map(({ i }) => labels.y[i])],
    text: [seen.map(({ text }) => plain(text))],
    textposition: [where.filter((position) => position !== null)],
  }, [trace]);
}
