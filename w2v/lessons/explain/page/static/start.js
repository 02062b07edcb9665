// Begin: what was typed becomes an update, the update a page; and one update follows another.

const N_LOSSES = 6; // that are shown of those before

// All that is shown of a draft, with the weights as they are. Raises a Problem.
function shotOf(draft, weights) {
  const [sentence, negatives] = rowsOf(draft.sentence, draft.negatives);
  const words = new Map([...sentence.map((row, pos) => [row, draft.sentence[pos]]),
    ...negatives.map((row, i) => [row, draft.negatives[i]])]);
  const wordOf = (row) => words.get(row);
  const scene = { ...draft, sentence, negatives,
    input: (row) => weights.row("W_in", wordOf(row), row),
    output: (row) => weights.row("W_out", wordOf(row), row) };
  const update = updateOf(scene);
  if (!Object.values(update).flat(2).every(Number.isFinite)) throw new Problem("lr", "not_finite");
  const exact = updateOf({ ...scene, gradient: "exact" });
  return { words: draft.sentence, scene, update, exact, wordOf, idOf: (row) => data.rows.ids[row] };
}

class Page {
  constructor() {
    this.weights = new Weights();
    this.losses = [];
    this.nUpdates = 0;
    this.fields = new Fields(() => this.edited());
    this.progress = make("p", { id: "progress" });
    this.addFields();
    this.stage = new Stage(new EditableCells((...edit) => this.setWeight(...edit)));
    this.refresh();
  }

  addFields() {
    const train = make("button", { type: "button", id: "train" }, say("train_again"));
    const reset = make("button", { type: "button", id: "reset" }, say("reset"));
    train.addEventListener("click", () => this.train());
    reset.addEventListener("click", () => this.reset());
    const details = make("details", { id: "change" }, make("summary", {}, say("change")),
      this.fields.element);
    details.open = innerWidth >= 700;
    const intro = sayParagraphs("intro");
    const from = data.rows.run ? "intro_run" : "intro_toy";
    byId("main").append(...intro, ...sayParagraphs(from, { run: quoted(data.rows.run) }),
      ...this.leftOut(),
      this.fields.words, details, this.fields.problem,
      make("div", { class: "training" }, train, reset, this.progress));
    byId("main").append(byId("steps"));
  }

  // Words of the sentence that the command was given, and that the run does not know.
  leftOut() {
    const words = data.scene.left_out;
    return words.length ? sayParagraphs("note_left_out",
      { words: words.map(quoted).join(say("comma")), n: words.length }) : [];
  }

  // Compute anew. What cannot be computed is told, and the last good numbers stay.
  refresh() {
    const problem = Object.values(this.fields.problems)[0];
    if (problem) {
      this.fields.tell(problem);
      return false;
    }
    try {
      this.shot = shotOf(this.fields.draft, this.weights);
    } catch (found) {
      if (!(found instanceof Problem)) throw found;
      this.fields.tell(found);
      return false;
    }
    this.fields.tell(null);
    this.fields.showWords(this.shot);
    this.stage.show(this.shot);
    this.showProgress();
    const { scene: { center, window, lr, gradient }, update, words } = this.shot;
    byId("numbers").textContent = JSON.stringify({ ...update, center, window, lr, gradient, words,
      n_updates: this.nUpdates });
    return true;
  }

  edited() {
    this.losses = []; // of another example
    if (this.refresh()) announce(this.summary());
  }

  summary() {
    const { loss, loss_after } = this.shot.update;
    return say("summary", { before: shownNumber(loss), after: shownNumber(loss_after) });
  }

  showProgress() {
    const losses = [...this.losses, this.shot.update.loss];
    const some = losses.slice(-N_LOSSES).map(shownNumber);
    if (some.length < losses.length) some.unshift("…");
    this.progress.replaceChildren(...coded(say("progress", { n: this.nUpdates,
      losses: some.join(" → ") })));
  }

  // Let the update happen, and begin the next with the weights that it left.
  train() {
    const { update, wordOf } = this.shot;
    const before = this.weights;
    this.weights = before.copy();
    update.input_ids.forEach((id, i) =>
      this.weights.set("W_in", wordOf(id), id, update.W_in_after[i]));
    update.output_ids_distinct.forEach((id, i) =>
      this.weights.set("W_out", wordOf(id), id, update.W_out_after[i]));
    this.losses.push(update.loss);
    this.nUpdates += 1;
    if (this.refresh()) {
      announce([this.progress.textContent, this.summary()].join(say("between")));
      return;
    }
    this.weights = before;
    this.losses.pop();
    this.nUpdates -= 1;
  }

  reset() {
    this.weights = new Weights();
    this.losses = [];
    this.nUpdates = 0;
    this.fields.fill(startDraft());
    this.refresh();
    announce([say("was_reset"), this.summary()].join(say("between")));
  }

  // A number that was typed into a table.
  setWeight(table, row, d, text) {
    const value = text.trim() ? Number(text.replaceAll(MINUS, "-")) : NaN;
    if (!Number.isFinite(value)) {
      this.fields.tell(new Problem("", "bad_weight"));
      return;
    }
    const before = this.weights;
    const word = this.shot.wordOf(row);
    this.weights = before.copy();
    this.weights.set(table, word, row,
      before.row(table, word, row).map((old, at) => (at === d ? value : old)));
    this.losses = [];
    if (this.refresh()) {
      announce(this.summary());
    } else {
      this.weights = before;
      this.fields.tell(new Problem("", "not_finite"));
    }
  }
}

addThemeButton(() => {}, { light: say("light_theme"), dark: say("dark_theme") });
new Page();
