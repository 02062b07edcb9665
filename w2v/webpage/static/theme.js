// Light or dark: what the reader chose with the button, else what the machine prefers.

const prefersDark = matchMedia("(prefers-color-scheme: dark)");
let forcedTheme = null; // by print

function themeName() {
  const chosen = document.documentElement.dataset.theme;
  return forcedTheme || chosen || (prefersDark.matches ? "dark" : "light");
}

const THEME_NAMES = { light: "Light theme", dark: "Dark theme" };

function addThemeButton(redraw, names = THEME_NAMES) {
  const button = make("button", { type: "button", id: "theme" });
  const name = () => {
    button.textContent = themeName() === "dark" ? names.light : names.dark;
  };
  button.addEventListener("click", () => {
    document.documentElement.dataset.theme = themeName() === "dark" ? "light" : "dark";
    name();
    redraw();
  });
  prefersDark.addEventListener("change", () => {
    name();
    redraw();
  });
  name();
  byId("tools").append(button);
}
