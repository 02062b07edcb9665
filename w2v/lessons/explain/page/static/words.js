// Words and their rows: how a sentence is split, and which row of the tables a word has.
//
// The rules are those of w2v/text/tokenizers.py.

const LETTER = "[\\p{L}\\p{N}]";
const RUN = `${LETTER}[\\p{L}\\p{N}\\p{M}\\u200c\\u200d]*`;
const SPLITTERS = {
  words: (text) => text.replaceAll("’", "'").replaceAll("\u00ad", "")
    .match(new RegExp(`${RUN}(?:'${RUN})*`, "gu")) || [],
  char: (text) => text.match(new RegExp(`${LETTER}[\\p{M}\\u200c\\u200d]*`, "gu")) || [],
  whitespace: (text) => text.split(/\s+/u).filter(Boolean),
};

function prepared(text) {
  const { lowers, normalize } = data.tokenizer;
  const normal = normalize === "NFKC" ? text.normalize("NFKC") : text;
  const small = lowers ? normal.toLowerCase() : normal;
  return normalize === "none" ? small : small.normalize(normalize);
}

// The words of what was typed. A word of the vocabulary is left whole, whatever its letters are.
function wordsOf(text) {
  const known = new Set(data.rows.words || data.scene.vocabulary);
  return text.split(/\s+/u).filter(Boolean).flatMap((piece) =>
    (known.has(piece) ? [piece] : SPLITTERS[data.tokenizer.name](prepared(piece))));
}

function floatsOf({ bytes, base64 }, dim) {
  const content = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const view = new DataView(content.buffer);
  const read = bytes === 4 ? (at) => view.getFloat32(at, true) : (at) => view.getFloat64(at, true);
  const rows = [];
  for (let at = 0; at < content.length; at += dim * bytes) {
    rows.push(Array.from({ length: dim }, (_, d) => read(at + d * bytes)));
  }
  return rows;
}

const START = { // the tables as the page was given them
  W_in: floatsOf(data.rows.W_in, data.rows.dim),
  W_out: floatsOf(data.rows.W_out, data.rows.dim),
};

// What a page cannot do with what was typed, in one sentence.
class Problem extends Error {
  constructor(field, key, values) {
    super(say(key, values));
    this.field = field;
  }
}

const startWords = (ids) => ids.map((id) => data.scene.vocabulary[id]);
const areEqual = (a, b) => a.length === b.length && a.every((value, i) => value === b[i]);

// The rows of some words. A run has a row for each word that it knows. In a toy vocabulary words
// get rows in the order in which they first appear, in the sentence and then in the noise.
function rowsOf(sentence, negatives) {
  const { scene, rows } = data;
  if (areEqual(sentence, startWords(scene.sentence))
    && areEqual(negatives, startWords(scene.negatives))) {
    return [scene.sentence, scene.negatives];
  }
  const words = rows.words || [...new Set([...sentence, ...negatives])];
  const find = (field) => (word) => {
    const row = words.indexOf(word);
    if (row < 0) throw new Problem(field, "no_row", { word: quoted(word) });
    const n = START.W_in.length;
    if (row >= n) throw new Problem(field, "no_more_rows", { n });
    return row;
  };
  return [sentence.map(find("sentence")), negatives.map(find("negatives"))];
}

// The weights as they are now: a row that was trained or typed belongs to its word and its id.
class Weights {
  constructor() { this.changed = { W_in: new Map(), W_out: new Map() }; }

  row(table, word, id) {
    return this.changed[table].get(`${id} ${word}`) || START[table][id];
  }

  set(table, word, id, row) { this.changed[table].set(`${id} ${word}`, row); }

  copy() {
    const other = new Weights();
    for (const table of ["W_in", "W_out"]) other.changed[table] = new Map(this.changed[table]);
    return other;
  }
}
