// One step of the lesson at a time: by buttons, arrow keys, the list, and the address.

const tools = byId("tools");
const pager = byId("pager");
const parts = [...document.querySelectorAll("main > section")];
const links = [...document.querySelectorAll("nav a")];
const state = { at: 0, isOne: true };

// What a button says, in the language of the page.
const text = (key) => tools.dataset[key];

function show(at) {
  state.at = at;
  document.body.classList.toggle("one", state.isOne);
  parts.forEach((part, i) => part.classList.toggle("current", i === at));
  links.forEach((link, i) => {
    if (i === at && state.isOne) link.setAttribute("aria-current", "step");
    else link.removeAttribute("aria-current");
  });
  const list = links[at].closest("ol");
  list.scrollLeft = links[at].offsetLeft - (list.clientWidth - links[at].offsetWidth) / 2;
  pager.hidden = !state.isOne;
  byId("back").disabled = at === 0;
  byId("next").disabled = at === parts.length - 1;
  byId("place").textContent = text("stepOf").replace("{step}", at + 1).replace("{n}", parts.length);
}

// The address is what decides: so the browser's own back and forward go through the steps too.
function go(at) {
  if (at >= 0 && at < parts.length && at !== state.at) location.hash = parts[at].id;
}

const partOfAddress = () => parts.findIndex((part) => `#${part.id}` === location.hash);

function followAddress() {
  const at = partOfAddress();
  if (at < 0) return; // another place of the page
  show(at);
  if (!state.isOne) return;
  parts[at].querySelector("h2").focus({ preventScroll: true });
  scrollTo({ top: Math.min(scrollY, pageTop()), behavior: "instant" });
}

// Where the step begins: what is above it, the reader has seen.
function pageTop() {
  const bar = document.querySelector("nav");
  const isAbove = bar.getBoundingClientRect().right > byId("main").getBoundingClientRect().left;
  const top = byId("main").getBoundingClientRect().top + scrollY;
  return top - (isAbove ? bar.offsetHeight : 0) - 8;
}

function addToggle() {
  const button = make("button", { type: "button", id: "all" });
  const name = () => {
    button.textContent = state.isOne ? text("allSteps") : text("oneStep");
  };
  button.addEventListener("click", () => {
    state.isOne = !state.isOne;
    show(state.at);
    name();
  });
  name();
  tools.append(button);
}

// Arrow keys belong to fields, and to boxes that scroll.
function isTaken(event) {
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return true;
  if (event.target.closest("input, select, textarea, [contenteditable]")) return true;
  const box = event.target.closest(".scroll");
  return box !== null && box.scrollWidth > box.clientWidth;
}

function listen() {
  byId("back").addEventListener("click", () => go(state.at - 1));
  byId("next").addEventListener("click", () => go(state.at + 1));
  addEventListener("hashchange", followAddress);
  document.addEventListener("keydown", (event) => {
    const move = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!move || !state.isOne || isTaken(event)) return;
    event.preventDefault();
    go(state.at + move);
  });
}

if (parts.length) {
  addToggle();
  listen();
  show(Math.max(0, partOfAddress()));
}
addThemeButton(() => {}, { light: text("lightTheme"), dark: text("darkTheme") });
