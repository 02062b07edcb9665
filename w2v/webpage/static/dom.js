// The page's elements: made of text, never of HTML, so that a word is only ever a word.

const byId = (id) => document.getElementById(id);

function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

function makeSvg(tag, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

// A word in a line of another direction stays by itself.
const wordElement = (word) => make("bdi", {}, word);

function announce(text) {
  byId("announcer").textContent = text;
}
