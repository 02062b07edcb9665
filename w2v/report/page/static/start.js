// Begin: figures are drawn when they come near the window, so that the page opens at once.

const DRAWINGS = { curves: drawCurves, bars: drawBars, response: drawResponse, map: drawMap,
  arrows: drawArrows, scatter: drawScatter, frequency: drawFrequency };

const figures = [...document.querySelectorAll("figure[data-kind]")].map((element) =>
  (element.dataset.kind === "map" ? new WordMap(element) : new Figure(element)));

const redraw = () => figures.filter((figure) => figure.isDrawn).forEach((figure) => figure.draw());

const near = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    const figure = figures.find(({ element }) => element === target);
    if (isIntersecting && !figure.isDrawn) {
      near.unobserve(target);
      figure.draw();
    }
  }
}, { rootMargin: "300px" });

addThemeButton(redraw);
addCopyButtons();
figures.forEach(({ element }) => near.observe(element));

// Paper is light, and shows what was never scrolled to.
addEventListener("beforeprint", () => {
  forcedTheme = "light";
  figures.forEach((figure) => figure.draw());
});
addEventListener("afterprint", () => {
  forcedTheme = null;
  redraw();
});
