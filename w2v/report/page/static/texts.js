// Words and numbers as a figure shows them, and the buttons that copy a command.

const shortened = (text, length = 28) => {
  const letters = Array.from(text);
  return letters.length > length ? letters.slice(0, length - 1).join("") + "…" : text;
};

// Plotly reads <b>, <br>, <a>, &amp; and $x$ in its texts: a word with them shows them instead.
const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", $: "&#36;" };

const plain = (text, length = 60) =>
  shortened(String(text), length).replace(/[&<>$]/g, (letter) => ENTITIES[letter]);

function shownNumber(value) {
  if (Number.isInteger(value)) return value.toLocaleString("en");
  const size = Math.abs(value);
  if (size < 1e-4 || size >= 1e15) return String(value);
  return value.toLocaleString("en", { maximumSignificantDigits: 6 });
}

async function copyText(button, text, element) {
  try {
    await navigator.clipboard.writeText(text);
    announce("copied");
    button.textContent = "Copied";
  } catch {
    // No leave to write the clipboard: the text is selected, and Ctrl+C copies it.
    getSelection().selectAllChildren(element);
    announce("selected: copy it with Ctrl+C");
    button.textContent = "Selected: Ctrl+C copies";
  }
  setTimeout(() => { button.textContent = "Copy"; }, 4000);
}

function addCopyButtons() {
  for (const block of document.querySelectorAll("pre.command")) {
    const name = block.dataset.run;
    const button = make("button", { type: "button", class: "copy", "aria-label":
      `Copy the command of ${name}` }, "Copy");
    button.addEventListener("click", () => copyText(button, block.textContent, block));
    block.after(button);
  }
}
