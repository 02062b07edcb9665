// What a reader may change: the sentence, its center, the window, the noise, lr and the gradient.
//
// A draft is what was typed, as far as it can be read; what cannot is told in one sentence.

const READERS = {
  sentence(text) {
    const words = wordsOf(text);
    if (words.length < 2) throw new Problem("sentence", words.length ? "one_word" : "no_words");
    return words;
  },
  negatives(text) {
    const words = wordsOf(text);
    if (!words.length) throw new Problem("negatives", "no_negatives");
    return words;
  },
  window(text) {
    const n = Number(text);
    if (!(Number.isSafeInteger(n) && n >= 1)) throw new Problem("window", "bad_window");
    return n;
  },
  lr(text) {
    const lr = text.trim() ? Number(text) : NaN;
    if (!(lr > 0 && Number.isFinite(lr))) throw new Problem("lr", "bad_lr");
    return lr;
  },
  gradient: (text) => text,
};

// Where the center is in another sentence: its word next to where it was chosen, else that place.
function centerIn(words, { word, pos }) {
  const places = words.flatMap((other, at) => (other === word ? [at] : []));
  places.sort((a, b) => Math.abs(a - pos) - Math.abs(b - pos));
  return places.length ? places[0] : Math.min(pos, words.length - 1);
}

const startDraft = () => {
  const { sentence, negatives, center, window, lr, gradient } = data.scene;
  return { sentence: startWords(sentence), negatives: startWords(negatives), center, window, lr,
    gradient };
};

class Fields {
  constructor(change) {
    this.change = change;
    this.words = make("div", { class: "sentence", role: "group",
      "aria-label": say("choose_center") });
    this.problem = make("p", { id: "problem", role: "alert" });
    const asTyped = { autocomplete: "off", spellcheck: "false", autocapitalize: "none" };
    this.inputs = {
      sentence: make("input", asTyped),
      negatives: make("input", asTyped),
      window: make("input", { type: "number", min: "1", step: "1" }),
      lr: make("input", { inputmode: "decimal", autocomplete: "off" }),
      gradient: make("select", {}, make("option", {}, "exact"), make("option", {}, "word2vec")),
    };
    const labels = Object.entries(this.inputs).map(([name, input]) => {
      input.name = name;
      input.setAttribute("aria-describedby", "problem");
      for (const kind of ["input", "compositionend"]) {
        input.addEventListener(kind, (event) => {
          if (!event.isComposing) this.read(name);
        });
      }
      return make("label", { class: name }, make("span", {}, say(`field_${name}`)), input);
    });
    this.element = make("div", { class: "fields" }, ...labels);
    this.fill(startDraft());
  }

  // Show a draft as if it had been typed.
  fill(draft) {
    this.draft = draft;
    this.problems = {};
    this.choose(draft.center);
    for (const [name, input] of Object.entries(this.inputs)) {
      const value = draft[name];
      input.value = Array.isArray(value) ? value.join(" ") : value;
    }
  }

  // What was chosen is kept while another sentence is typed, letter by letter.
  choose(pos) {
    this.draft.center = pos;
    this.chosen = { word: this.draft.sentence[pos], pos };
  }

  read(name) {
    try {
      const value = READERS[name](this.inputs[name].value);
      if (name === "sentence") this.draft.center = centerIn(value, this.chosen);
      this.draft[name] = value;
      delete this.problems[name];
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      this.problems[name] = problem;
    }
    this.change();
  }

  // Tell what is wrong with a field; nothing if all is well.
  tell(problem) {
    const parts = problem ? coded(problem.message) : [];
    if (problem?.message !== this.told) this.problem.replaceChildren(...parts);
    this.told = problem?.message;
    for (const [name, input] of Object.entries(this.inputs)) {
      if (problem?.field === name) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
    }
  }

  // The sentence as buttons: a click makes a word the center.
  showWords({ words, scene, update }) {
    const focused = [...this.words.children].indexOf(document.activeElement);
    this.words.replaceChildren(...words.map((word, pos) => {
      const isCenter = pos === scene.center;
      const part = isCenter ? "center" : update.context_pos.includes(pos) ? "context" : "";
      const button = make("button", { type: "button", class: part, "aria-pressed": isCenter,
        "aria-label": part ? `${word} (${say(`part_${part}`)})` : word }, wordElement(word));
      button.addEventListener("click", () => {
        // What is there to click may be the last good sentence, and another be typed.
        if (areEqual(words, this.draft.sentence)) this.choose(pos);
        this.change();
      });
      return button;
    }));
    this.words.children[focused]?.focus();
  }
}
