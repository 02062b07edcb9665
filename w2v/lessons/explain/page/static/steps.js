// What is said of each step: sentences, formulas with the numbers of this update, and tables.

const STEP_BLOCKS = { lookup: lookupBlocks, mean: meanBlocks, score: scoreBlocks, loss: lossBlocks,
  backward: backwardBlocks, update: updateBlocks };

// What is below the drawing of a step, as elements.
function blocksOf(shot, step) {
  return STEP_BLOCKS[step](shot).flat(Infinity);
}

// Not for paper.
const editHint = () => make("div", { class: "hint" }, ...sayParagraphs("edit_hint"));

// Tables side by side where there is room.
const beside = (...tables) => make("div", { class: "beside" }, ...tables);

const formulas = (...lines) => make("pre", { class: "formula" }, lines.join("\n"));

// How often each id stands in a list, for those that stand there more than once.
function repeatedIn(ids) {
  return [...new Set(ids)].map((id) => [id, ids.filter((other) => other === id).length])
    .filter(([, n]) => n > 1);
}

function lookupBlocks({ update, scene, wordOf, idOf, words }) {
  const { context_ids: ids, context_pos, rows } = update;
  const dim = rows[0].length;
  return [
    sayParagraphs("lookup_text", { center: quoted(words[scene.center]), n: ids.length,
      window: scene.window }),
    repeatedIn(ids).map(([id, n]) =>
      sayParagraphs("lookup_repeated", { word: quoted(wordOf(id)), n, id: idOf(id) })),
    formulas(`ids  = [${ids.map(idOf).join(", ")}]`,
      `rows = W_in[ids]    # ${shapeOf(["C", "D"], [ids.length, dim])}`),
    tableOf({ name: "rows", caption: say("cap_rows"),
      columns: [say("col_word"), say("col_position"), say("col_id"), ...dimensions(dim)],
      rows: rows.map((row, i) => [wordOf(ids[i]), context_pos[i], idOf(ids[i]),
        ...row.map((value, d) => ({ value, edit: ["W_in", ids[i], d] }))]) }),
    editHint(),
  ];
}

function meanBlocks({ update, wordOf }) {
  const { rows, total, hidden, context_ids: ids } = update;
  const n = rows.length;
  const terms = writtenSum(rows.map((row) => term(row[0])));
  return [
    n > 1 ? sayParagraphs("mean_text", { n })
      : sayParagraphs("mean_one", { word: quoted(wordOf(ids[0])) }),
    formulas(`hidden = rows.sum(axis=0) / |C|    # ${shapeOf(["D"], [hidden.length])}`,
      `hidden[0] = (${terms}) / ${n} = ${shownNumber(hidden[0])}`),
    tableOf({ name: "mean", caption: say("cap_mean"),
      columns: [say("col_word"), ...dimensions(hidden.length)],
      rows: [...rows.map((row, i) => [wordOf(ids[i]), ...row]), [say("row_sum"), ...total],
        ["hidden", ...hidden]], marked: [n + 1] }),
  ];
}

// A noise word that is the center, and noise words that were drawn more than once.
function noiseSentences({ update, wordOf }) {
  const [center, ...noise] = update.output_ids;
  const isCenter = noise.includes(center);
  return [
    isCenter ? sayParagraphs("noise_is_center", { word: quoted(wordOf(center)) }) : [],
    repeatedIn(noise).filter(([id]) => id !== center).map(([id, n]) =>
      sayParagraphs("noise_repeated", { word: quoted(wordOf(id)), n })),
  ];
}

const wordAndPart = (shot) => (id, j) =>
  say("word_and_part", { word: shot.wordOf(id), part: say(j ? "part_noise" : "part_center") });

function scoreBlocks(shot) {
  const { update, wordOf, idOf } = shot;
  const { output_ids: ids, output_rows, hidden, scores, labels } = update;
  const dim = hidden.length;
  const products = output_rows[0].map((value, d) => `${term(value)}·${term(hidden[d])}`);
  return [
    sayParagraphs("score_text", { center: quoted(wordOf(ids[0])) }),
    noiseSentences(shot),
    formulas(`ids    = [${ids.map(idOf).join(", ")}]`,
      `scores = W_out[ids] @ hidden    # ${shapeOf(["1 + K"], [ids.length])}`,
      `scores[0] = ${writtenSum(products)} = ${shownNumber(scores[0])}`),
    beside(tableOf({ name: "output_rows", caption: say("cap_output_rows"),
      columns: [say("col_word"), say("col_id"), say("col_label"), ...dimensions(dim)],
      rows: [...output_rows.map((row, j) => [wordAndPart(shot)(ids[j], j), idOf(ids[j]), labels[j],
        ...row.map((value, d) => ({ value, edit: ["W_out", ids[j], d] }))]),
      ["hidden", null, null, ...hidden]], marked: [ids.length] }),
    tableOf({ name: "scores", caption: say("cap_products"),
      columns: [say("col_word"), ...dimensions(dim), say("col_score")],
      rows: output_rows.map((row, j) => [wordAndPart(shot)(ids[j], j),
        ...row.map((value, d) => value * hidden[d]), scores[j]]) })),
    editHint(),
  ];
}

function lossBlocks(shot) {
  const { update, wordOf } = shot;
  const { output_ids: ids, scores, labels, weights, probabilities, losses, loss } = update;
  const counted = losses.filter((_, j) => weights[j]);
  const p = probabilities[0];
  return [
    sayParagraphs("loss_text", { center: quoted(wordOf(ids[0])), p: shownNumber(p) }),
    noiseSentences(shot),
    formulas("p    = 1 / (1 + exp(−score))",
      `p[0] = 1 / (1 + exp(${shownNumber(-scores[0])})) = ${shownNumber(p)}`,
      "loss = −Σ weight · log(p if label = 1 else 1 − p)",
      `loss = ${writtenSum(counted.map(shownNumber))} = ${shownNumber(loss)} nats`),
    tableOf({ name: "losses", caption: say("cap_losses"),
      columns: [say("col_word"), say("col_label"), say("col_weight"), say("col_score"),
        say("col_sigmoid"), say("col_loss")],
      rows: [...ids.map((id, j) => [wordAndPart(shot)(id, j), labels[j], weights[j], scores[j],
        probabilities[j], losses[j]]), [say("row_sum"), null, null, null, null, loss]],
      marked: [ids.length] }),
  ];
}

function backwardBlocks(shot) {
  const { update, exact, scene, wordOf } = shot;
  const { output_ids: ids, context_ids, d_scores, d_hidden, d_rows, d_output_rows } = update;
  const { labels, weights, probabilities, output_rows, hidden, rows } = update;
  const n = rows.length;
  const isExact = scene.gradient === "exact";
  const columns = [say("col_word"), ...dimensions(hidden.length)];
  const names = ids.map(wordAndPart(shot));
  const products = output_rows.map((row, j) => `${term(d_scores[j])}·${term(row[0])}`);
  const ofHidden = tableOf({ name: "d_hidden", caption: say("cap_d_hidden"), columns,
    rows: [["d_hidden", ...d_hidden]] });
  const ofRows = tableOf({ name: "d_rows", columns,
    caption: say(isExact ? "cap_d_rows" : "cap_d_rows_word2vec"),
    rows: d_rows.map((row, i) => [wordOf(context_ids[i]), ...row]) });
  return [
    sayParagraphs("backward_text"),
    isExact ? sayParagraphs(n > 1 ? "backward_exact" : "backward_exact_one", { n }) : [],
    formulas("d_scores = weight · (p − label)", `d_scores[0] = ${weights[0]} · (`
      + `${shownNumber(probabilities[0])} − ${labels[0]}) = ${shownNumber(d_scores[0])}`,
    "d_hidden = d_scores @ W_out[ids]",
    `d_hidden[0] = ${writtenSum(products)} = ${shownNumber(d_hidden[0])}`,
    "d_W_out[j] = d_scores[j] · hidden",
    ...(isExact ? ["d_rows = d_hidden / |C|",
      `d_rows[0][0] = ${shownNumber(d_hidden[0])} / ${n} = ${shownNumber(d_rows[0][0])}`]
      : ["d_rows = d_hidden    # exact: d_hidden / |C|",
        `d_rows[0][0] = ${shownNumber(d_rows[0][0])}    # exact: `
          + shownNumber(exact.d_rows[0][0])])),
    beside(tableOf({ name: "d_scores", caption: say("cap_d_scores"),
      columns: [say("col_word"), say("col_sigmoid"), say("col_label"), say("col_weight"),
        "d_score"],
      rows: names.map((name, j) => [name, probabilities[j], labels[j], weights[j], d_scores[j]]) }),
    tableOf({ name: "d_output_rows", caption: say("cap_d_output_rows"), columns,
      rows: names.map((name, j) => [name, ...d_output_rows[j]]) })),
    isExact ? beside(ofHidden, ofRows) : [ofHidden, beside(ofRows, exactTable(shot, columns))],
    isExact ? [] : make("div", { class: "pointed" },
      ...sayParagraphs(n > 1 ? "backward_word2vec" : "backward_word2vec_one", { n })),
  ];
}

// The gradient of word2vec.c beside the derivative: they differ by the factor |C|.
function exactTable({ exact, wordOf }, columns) {
  return tableOf({ name: "exact_d_rows", caption: say("cap_exact"), columns,
    rows: exact.d_rows.map((row, i) => [wordOf(exact.context_ids[i]), ...row]) });
}

function updateBlocks(shot) {
  const { update, scene, wordOf, idOf } = shot;
  const { input_ids, W_in_before, W_in_after, d_W_in, loss, loss_after } = update;
  const [before, after] = shownApart(loss, loss_after);
  const change = before === after ? "same" : loss_after < loss ? "fell" : "rose";
  const lr = shownLr(scene.lr);
  return [
    sayParagraphs("update_text", { lr }),
    repeatedIn(update.context_ids).map(([id, n]) =>
      sayParagraphs("update_repeated", { word: quoted(wordOf(id)), id: idOf(id), n })),
    repeatedIn(update.output_ids).map(([id, n]) =>
      sayParagraphs("update_repeated_out", { word: quoted(wordOf(id)), id: idOf(id), n })),
    formulas("W_in[u]  −= lr · Σ d_rows[u]", "W_out[v] −= lr · Σ d_scores[v] · hidden",
      `W_in[${idOf(input_ids[0])}][0] = ${shownNumber(W_in_before[0][0])} − ${lr} · `
        + `${term(d_W_in[0][0])} = ${shownNumber(W_in_after[0][0])}`),
    beside(tableOfChanges(shot, "W_in", update.context_ids, input_ids),
      tableOfChanges(shot, "W_out", update.output_ids, update.output_ids_distinct)),
    make("div", { class: "pointed" }, ...sayParagraphs(`update_${change}`, { before, after })),
  ];
}

const shownLr = (lr) => withMinus(String(lr));

// The rows that change: three lines each, before, gradient, after.
function tableOfChanges({ update, wordOf, idOf }, table, ids, distinct) {
  const times = new Map(repeatedIn(ids));
  const [before, gradient, after] = [`${table}_before`, `d_${table}`, `${table}_after`];
  const rows = distinct.flatMap((id, i) => [before, gradient, after].map((name, line) => [
    `${wordOf(id)} · ${say(["row_before", "row_gradient", "row_after"][line])}`,
    line ? null : idOf(id), line ? null : times.get(id) || 1, ...update[name][i]]));
  return tableOf({ name: `changes_${table}`, caption: say(`cap_changes_${table}`),
    columns: [say("col_word"), say("col_id"), say("col_times"), ...dimensions(update.hidden.length)],
    rows, marked: distinct.map((_, i) => 3 * i + 2) });
}
