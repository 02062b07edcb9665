"""What every step of the telling needs: the texts, the numbers, and how words are named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from w2v.lessons.blocks import Block, Lines, Text
from w2v.lessons.explain.update import Scene, Update
from w2v.lessons.explain.writing_out import MAX_COLUMNS
from w2v.lessons.wording import Wording
from w2v.model.functions import Ids

MAX_LISTED = 36  # letters of a list of ids
AROUND = 3  # words beside the window that are drawn with it
TOY_DECIMALS, DECIMALS = 2, 4


@dataclass(frozen=True)
class Told:
    """A scene and its update, with the texts that tell them.

    Attributes
    ----------
    say : Wording
    scene : Scene
    update : Update
    exact : Update, optional
        What the exact gradient would have done, if the scene's gradient is word2vec's.
    """

    say: Wording
    scene: Scene
    update: Update
    exact: Update | None

    @property
    def center(self) -> str:
        """The word to guess."""
        return self.scene.vocabulary[int(self.update.output_ids[0])]

    @property
    def n_context(self) -> int:
        """C, the size of the context."""
        return len(self.update.context_ids)

    @property
    def dim(self) -> int:
        """D."""
        return int(self.scene.W_in.shape[1])

    @property
    def decimals(self) -> int:
        """Of the weights before the update."""
        return DECIMALS if self.scene.origin.run else TOY_DECIMALS

    def name(self, row: int) -> str:
        """Name a row by its id and its word, `1 the`."""
        word = self.scene.vocabulary[row]
        return f"{self.scene.row_ids[row]} {word}"

    def names(self, rows: Iterable[int]) -> tuple[str, ...]:
        """Name rows."""
        return tuple(map(self.name, rows))

    def short(self, row: int) -> str:
        """Name a row in a formula, where a word may be too long: its id."""
        return str(self.scene.row_ids[row])

    def text(self, key: str, **values: object) -> list[Text]:
        """Return the paragraphs of a text."""
        return [Text(part) for part in self.say.paragraphs(key, **values)]

    def repeated(self, rows: Ids) -> str:
        """List the words that stand in some rows more than once: "`the` ×2"; empty for none."""
        counts = Counter(rows.tolist())
        return self.say("comma").join(
            f"`{self.scene.vocabulary[row]}` ×{n}" for row, n in counts.items() if n > 1
        )

    def drawn(self) -> Block:
        """Draw the sentence with the center in square brackets, the context in round ones."""
        text = self._marked_sentence()
        n_columns = len(text) if text.isascii() else 2 * len(text)  # at most
        return Lines((text,)) if n_columns <= MAX_COLUMNS else Text(text)

    def _marked_sentence(self) -> str:
        """Write the sentence about the window."""
        scene = self.scene
        words = [scene.vocabulary[row] for row in scene.sentence]
        pos, n = scene.center_pos, len(words)
        left, right = max(0, pos - scene.window), min(n, pos + scene.window + 1)
        first, last = max(0, left - AROUND), min(n, right + AROUND)
        parts = [
            "..." if first else "",
            *words[first:left],
            _bracketed(words[left:pos]),
            f"[{words[pos]}]",
            _bracketed(words[pos + 1 : right]),
            *words[right:last],
            "..." if last < n else "",
        ]
        return " ".join(filter(None, parts))

    def listed(self, ids: Ids) -> str:
        """Write ids as code: `[0, 1, 3, 0]`, the first of many."""
        shown = [str(word_id) for word_id in self.scene.row_ids[ids].tolist()]
        if len(", ".join(shown)) > MAX_LISTED:
            while len(", ".join(shown)) > MAX_LISTED:
                shown.pop()
            shown.append("...")
        return f"[{', '.join(shown)}]"


def _bracketed(words: list[str]) -> str:
    """Put round brackets around words; nothing around none."""
    return f"({' '.join(words)})" if words else ""


def places_of(rows: Ids, row: int) -> list[int]:
    """Return where a row stands among some."""
    return np.flatnonzero(rows == row).tolist()
