"""Run folders that nobody trained: settings, measures and vectors as a test wants them."""

from __future__ import annotations

import numpy as np

from w2v.config.schema import Config, with_values
from w2v.config.showing import write_config
from w2v.run_folder import CONFIG, RunFolder
from w2v.text.vocabulary import Vocabulary

SUM = "ab" * 32


def make_run(
    path, settings=None, *, loss=1.0, heldout=None, score=None, status="done", text_sum=SUM,
    words=None, rows=None, started="2026-01-01T00:00:00+00:00",
):  # fmt: skip
    """Write a run folder; settings by dotted path with `_` for `.` are those of its config."""
    path.mkdir(parents=True)
    folder = RunFolder(path)
    folder.write_record(
        {
            "status": status, "started": started, "seconds": 2.5, "w2v_version": "0", "engine": "x",
            "corpus": {"path": "t.txt", "sha256": text_sum, "files": 1},
            "tokens": {"read": 9000, "kept": 8000, "trained": 7000}, "V": 5, "D": 3,
        }
    )  # fmt: skip
    values = {"corpus.path": "t.txt", **(settings or {})}
    folder.write_text(CONFIG, write_config(with_values(Config(), values)))
    if loss is not None:
        folder.add_metrics(
            {
                "event": "epoch", "epoch": 1, "examples": 9, "measured": 9, "loss": loss,
                "heldout_loss": heldout, "seconds": 2.0, "words_per_second": 4500,
            }
        )  # fmt: skip
    if score is not None:
        figures = {"questions": 50, "answered": 40, "coverage": 0.8, "add": score, "mul": score}
        section = {"section": "수도", **figures}
        folder.add_metrics(
            {
                "event": "evaluation", "epoch": 1, "set": "facts-ko", "kind": "analogies",
                **figures, "semantic": None, "syntactic": None, "sections": [section],
            }
        )  # fmt: skip
    if words is not None:
        Vocabulary(list(words), np.arange(len(words), 0, -1) * 7).save(path / "vocab.tsv")
        folder.write_array("vectors.npy", np.array(rows, np.float32))
    return path
