// What is on the stage: one step with its drawing, its words and its tables; and the way to others.

class Stage {
  constructor(cells) {
    this.cells = cells;
    this.step = stepOfHash() || STEPS[0];
    this.figure = make("figure", { "aria-label": say("network") });
    this.heading = make("h2", { id: "step-title" });
    this.blocks = make("div", { id: "blocks" });
    byId("main").append(make("section", { id: "stage", "aria-labelledby": "step-title" },
      this.heading, this.figure, this.blocks));
    this.makeWay();
    addEventListener("hashchange", () => this.follow());
    addEventListener("keydown", (event) => this.press(event));
    new ResizeObserver(() => this.resize()).observe(byId("main"));
    addEventListener("beforeprint", () => this.showAll());
    addEventListener("afterprint", () => this.paper?.remove());
  }

  // Back, the six steps, next.
  makeWay() {
    const nav = byId("steps");
    nav.setAttribute("aria-label", say("steps"));
    const go = (by) => {
      const button = make("button", { type: "button", class: "turn" },
        say(by < 0 ? "back" : "next"));
      button.addEventListener("click", () => this.turn(by));
      return button;
    };
    [this.back, this.next] = [go(-1), go(1)];
    this.buttons = STEPS.map((step, i) => {
      const button = make("button", { type: "button", "data-step": step },
        make("span", { class: "n" }, String(i + 1)), " ",
        make("span", { class: "name" }, say(`step_${step}`)));
      button.addEventListener("click", () => this.go(step));
      return button;
    });
    nav.append(this.back, make("ul", {}, ...this.buttons.map((button) => make("li", {}, button))),
      this.next);
    nav.hidden = false;
  }

  turn(by) {
    const step = STEPS[STEPS.indexOf(this.step) + by];
    if (step) this.go(step);
  }

  go(step) {
    if (step === this.step) return;
    this.step = step;
    location.hash = step;
    this.render();
    this.comeIntoView();
    announce(this.said());
  }

  // Who read on to the tables sees the drawing of the next step first.
  comeIntoView() {
    const section = byId("stage");
    if (section.getBoundingClientRect().top < 0) section.scrollIntoView();
  }

  // The browser's own Back and Forward.
  follow() {
    const step = location.hash ? stepOfHash() : STEPS[0];
    if (step) this.go(step);
  }

  // Arrow keys turn, but where they have a meaning of their own.
  press(event) {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!by || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (event.target.closest?.("input, select, textarea, summary, .scroll")) return;
    event.preventDefault();
    this.turn(by);
  }

  said() {
    const step = STEPS.indexOf(this.step) + 1;
    return [say("step_of", { step, n: STEPS.length }), say(`step_${this.step}`)].join(say("colon"));
  }

  show(shot) {
    this.shot = shot;
    this.render();
  }

  render() {
    const at = STEPS.indexOf(this.step);
    this.buttons.forEach((button, i) => {
      if (i === at) button.setAttribute("aria-current", "step");
      else button.removeAttribute("aria-current");
    });
    this.back.setAttribute("aria-disabled", at === 0);
    this.next.setAttribute("aria-disabled", at === STEPS.length - 1);
    this.heading.textContent = `${at + 1}. ${say(`title_${this.step}`)}`;
    this.draw();
    this.blocks.replaceChildren(...blocksOf(this.shot, this.step));
    this.cells.prepare(this.blocks, this.shot);
    const current = this.buttons[at].parentElement;
    current.parentElement.scrollTo({ left: current.offsetLeft - 60 });
  }

  draw() {
    this.width = this.figure.clientWidth;
    this.figure.replaceChildren(...pictureOf(this.shot, this.step, this.width));
  }

  resize() {
    if (this.shot && (this.width < WIDE_ENOUGH) !== (this.figure.clientWidth < WIDE_ENOUGH)) {
      this.draw();
    }
  }

  // Paper has all steps, one below the other.
  showAll() {
    this.paper?.remove();
    this.paper = make("div", { id: "paper" }, ...STEPS.map((step, i) => make("section", {},
      make("h2", {}, `${i + 1}. ${say(`title_${step}`)}`),
      make("figure", { "aria-label": say("network") }, ...pictureOf(this.shot, step, WIDE_ENOUGH)),
      ...blocksOf(this.shot, step))));
    byId("main").append(this.paper);
  }
}

const stepOfHash = () => STEPS.find((step) => `#${step}` === location.hash);

// The drawing of a step, and how to read its colours.
function pictureOf(shot, step, width) {
  const caption = make("figcaption", {}, ...coded(say("legend")));
  if (`legend_${step}` in data.texts) caption.append(say("between"), ...coded(say(`legend_${step}`)));
  return [networkOf(shot, step, width), caption];
}
