// One update of CBOW with negative sampling, in plain loops and double precision.
//
// The steps and their labels are those of w2v/model/layers.py and cbow.py, the names those of
// w2v/lessons/explain/update.py; the tests hold every number against those layers.

const sigmoid = (x) => 1 / (1 + Math.exp(-x));
const logSigmoid = (x) => Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x)));
const zeros = (n) => new Array(n).fill(0);
const sum = (values) => values.reduce((total, value) => total + value, 0);
const dot = (a, b) => sum(a.map((value, d) => value * b[d]));

// The positions within the window around the center, but its own.
function contextOf({ sentence, center, window }) {
  const first = Math.max(0, center - window);
  const end = Math.min(sentence.length, center + window + 1);
  const positions = [];
  for (let pos = first; pos < end; pos += 1) if (pos !== center) positions.push(pos);
  return positions;
}

// From rows to the loss. `input` and `output` give a row of W_in and of W_out by its id.
function forward({ context_ids, output_ids, input, output }) {
  const rows = context_ids.map((id) => [...input(id)]); // [1] (C, D)
  const dim = rows[0].length;
  const total = zeros(dim);
  for (const row of rows) {
    for (let d = 0; d < dim; d += 1) total[d] += row[d];
  }
  const hidden = total.map((value) => value / rows.length); // [2] (D,)
  const output_rows = output_ids.map((id) => [...output(id)]); // [3] (1 + K, D)
  const scores = output_rows.map((row) => dot(row, hidden));
  const labels = output_ids.map((_, j) => (j === 0 ? 1 : 0));
  // Noise that is the center by chance says nothing about it.
  const weights = output_ids.map((id, j) => (j > 0 && id === output_ids[0] ? 0 : 1));
  const probabilities = scores.map(sigmoid);
  const losses = scores.map((score, j) => weights[j] * -logSigmoid(labels[j] ? score : -score));
  return { rows, total, hidden, output_rows, scores, labels, weights, probabilities, losses,
    loss: sum(losses) };
}

// From the loss back to the rows.
function backward({ rows, hidden, output_rows, labels, weights, probabilities }, gradient) {
  const d_scores = probabilities.map((p, j) => weights[j] * (p - labels[j])); // [4] (1 + K,)
  const d_hidden = zeros(hidden.length); // [4] (D,)
  output_rows.forEach((row, j) => {
    for (let d = 0; d < hidden.length; d += 1) d_hidden[d] += d_scores[j] * row[d];
  });
  const size = gradient === "exact" ? rows.length : 1; // word2vec leaves 1 / |C| out
  const d_rows = rows.map(() => d_hidden.map((value) => value / size)); // [4] (C, D)
  const d_output_rows = d_scores.map((d_score) => hidden.map((value) => d_score * value)); // [4]
  return { d_scores, d_hidden, d_rows, d_output_rows };
}

// [5] What belongs to one id is added up: the ids, rising, and their gradients.
function sumRepeated(ids, gradients) {
  const distinct = [...new Set(ids)].sort((a, b) => a - b);
  const sums = distinct.map(() => zeros(gradients[0].length));
  ids.forEach((id, i) => {
    const total = sums[distinct.indexOf(id)];
    for (let d = 0; d < total.length; d += 1) total[d] += gradients[i][d];
  });
  return [distinct, sums];
}

// [5] SGD: each row moves against its gradient.
const moved = (rows, gradients, lr) =>
  rows.map((row, i) => row.map((value, d) => value - lr * gradients[i][d]));

// Every number of one update. The scene has ids and weights; the weights stay as they are.
function updateOf(scene) {
  const { sentence, center, negatives, input, output, lr, gradient } = scene;
  const context_pos = contextOf(scene);
  const ids = { context_ids: context_pos.map((pos) => sentence[pos]),
    output_ids: [sentence[center], ...negatives] };
  const before = forward({ ...ids, input, output });
  const grads = backward(before, gradient);
  const [input_ids, d_W_in] = sumRepeated(ids.context_ids, grads.d_rows);
  const [output_ids_distinct, d_W_out] = sumRepeated(ids.output_ids, grads.d_output_rows);
  const W_in_before = input_ids.map((id) => [...input(id)]);
  const W_out_before = output_ids_distinct.map((id) => [...output(id)]);
  const W_in_after = moved(W_in_before, d_W_in, lr);
  const W_out_after = moved(W_out_before, d_W_out, lr);
  const after = forward({ ...ids,
    input: (id) => W_in_after[input_ids.indexOf(id)],
    output: (id) => W_out_after[output_ids_distinct.indexOf(id)] });
  return { context_pos, ...ids, ...before, ...grads, input_ids, output_ids_distinct, d_W_in,
    d_W_out, W_in_before, W_in_after, W_out_before, W_out_after, loss_after: after.loss };
}
