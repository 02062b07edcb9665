// The search box: a combobox with a list, after the pattern of the ARIA practices guide.

const N_FOUND = 12;

const folded = (text) => text.normalize("NFC").toLowerCase();

class Finder {
  // `words` returns those that can be found; `choose` is called with the place of one among them.
  constructor(element, words, choose) {
    this.input = element.querySelector("input");
    this.list = element.querySelector("ul");
    this.said = element.querySelector(".said");
    this.words = words;
    this.choose = choose;
    this.active = -1;
    this.input.addEventListener("input", () => this.show());
    this.input.addEventListener("keydown", (event) => this.press(event));
    this.input.addEventListener("blur", () => this.close());
    // Not click: the box would have lost the focus, and its list, before.
    this.list.addEventListener("mousedown", (event) => {
      event.preventDefault();
      const option = event.target.closest("[role=option]");
      if (option) this.take(Number(option.dataset.word));
    });
  }

  find(text) {
    const asked = folded(text.trim());
    if (!asked) return [];
    const ranked = [[], [], []]; // the word itself, those that begin with it, those that hold it
    this.words().forEach((word, i) => {
      const letters = folded(word);
      const at = letters.indexOf(asked);
      if (at >= 0) ranked[at > 0 ? 2 : letters === asked ? 0 : 1].push(i);
    });
    return ranked.flat();
  }

  show() {
    const found = this.find(this.input.value);
    this.options = found.slice(0, N_FOUND);
    this.list.replaceChildren(...this.options.map((word, i) => make("li",
      { role: "option", id: `${this.list.id}-${i}`, "aria-selected": false, "data-word": word },
      wordElement(this.words()[word]))));
    this.input.setAttribute("aria-expanded", this.options.length > 0);
    this.activate(-1);
    this.said.textContent = "";
    if (found.length) announce(`${found.length} words found`);
    else if (this.input.value.trim()) this.sayNone();
  }

  sayNone() {
    this.said.textContent = "no word of the map has these letters";
    announce(this.said.textContent);
  }

  activate(i) {
    this.active = i;
    [...this.list.children].forEach((option, at) => {
      option.setAttribute("aria-selected", at === i);
      if (at === i) option.scrollIntoView({ block: "nearest" });
    });
    if (i >= 0) this.input.setAttribute("aria-activedescendant", `${this.list.id}-${i}`);
    else this.input.removeAttribute("aria-activedescendant");
  }

  press(event) {
    if (event.isComposing) return; // the keys belong to the input method of Korean or Chinese
    const isOpen = this.list.children.length > 0;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!isOpen) this.show();
      const n = this.list.children.length;
      const step = event.key === "ArrowDown" ? 1 : -1;
      if (n) this.activate(this.active < 0 && step < 0 ? n - 1 : (this.active + step + n) % n);
    } else if (event.key === "Enter") {
      event.preventDefault();
      const found = isOpen ? this.options : this.find(this.input.value);
      if (found.length) this.take(found[Math.max(this.active, 0)]);
      else this.sayNone();
    } else if (event.key === "Escape" && isOpen) {
      event.preventDefault(); // the first Escape closes the list, the next one resets the map
      this.close();
    }
  }

  take(word) {
    this.input.value = this.words()[word];
    this.said.textContent = "";
    this.close();
    this.choose(word);
  }

  close() {
    this.list.replaceChildren();
    this.input.setAttribute("aria-expanded", false);
    this.activate(-1);
  }
}
