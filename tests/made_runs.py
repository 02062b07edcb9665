"""Run folders that nobody trained: settings, measures and vectors as a test wants them."""

from __future__ import annotations

import json

import numpy as np

from w2v.config.schema import Config, with_values
from w2v.config.showing import write_config
from w2v.files import sha256_of
from w2v.run_folder import CONFIG, RECORD, RUN_FILES, VOCAB, RunFolder
from w2v.run_sums import OWN_SUM, sealed
from w2v.text.vocabulary import count_lines

SUM = "ab" * 32


def make_run(
    path, settings=None, *, loss=1.0, heldout=None, score=None, status="done", text_sum=SUM,
    words=None, rows=None, started="2026-01-01T00:00:00+00:00",
):  # fmt: skip
    """Write a run folder; settings by dotted path with `_` for `.` are those of its config."""
    path.mkdir(parents=True)
    folder = RunFolder(path)
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
        folder.write_lines(VOCAB, count_lines(words, np.arange(len(words), 0, -1) * 7))
        folder.write_array("vectors.npy", np.array(rows, np.float32))
    folder.write_record(
        {
            "status": status, "started": started, "seconds": 2.5, "w2v_version": "0", "engine": "x",
            "corpus": {"path": "t.txt", "sha256": text_sum, "files": 1},
            "tokens": {"read": 9000, "kept": 8000, "trained": 7000}, "V": 5, "D": 3,
        }
    )  # fmt: skip
    return path


def edit_record(path, **values):
    """Change keys of a run's run.json as a w2v that means it would write them; `...` takes out."""
    record = {**json.loads((path / RECORD).read_text("utf-8")), **values}
    del record[OWN_SUM]
    kept = {key: value for key, value in record.items() if value is not ...}
    (path / RECORD).write_text(sealed(kept), "utf-8")


def vouch(path, *names):
    """Have run.json vouch for some files as they are now, all by default, or for their absence."""
    sums = json.loads((path / RECORD).read_text("utf-8"))["sha256"]
    for name in names or set(RUN_FILES) - {RECORD}:
        if (path / name).exists():
            sums[name] = sha256_of(path / name)
        else:
            sums.pop(name, None)
    edit_record(path, sha256=sums)
