"""What a check found, in sentences."""

from __future__ import annotations

from domain.values import Value
from ledger.chain import Checkpoint


class Report(Value):
    """What was looked at and what is wrong with it; each problem is a sentence that says where.

    `checkpoint` is size and head as found, worth keeping elsewhere where the report is clean.
    `left_out` counts problems beyond those listed.
    """

    entries: int
    entities: int
    checkpoint: Checkpoint | None = None
    problems: tuple[str, ...] = ()
    left_out: int = 0

    @property
    def clean(self) -> bool:
        return not self.problems


class Findings:
    """Problems as they are found; the first `limit` are kept in words, the rest only counted."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._sentences: list[str] = []
        self.left_out = 0

    def add(self, sentence: str) -> None:
        if len(self._sentences) < self._limit:
            self._sentences.append(sentence)
        else:
            self.left_out += 1

    @property
    def sentences(self) -> tuple[str, ...]:
        return tuple(self._sentences)
