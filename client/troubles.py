"""What can go wrong on the way to the engine and back, worded for the person who asked."""

from __future__ import annotations


class Trouble(Exception):
    """The database, the engine or the network does not do its part; nothing was decided by it.

    The sentence says what is wrong and what to do about it.
    """

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Away(Trouble):
    """Nobody answers where the engine should be; it may be there again in a moment."""


class Unanswered(Trouble):
    """Nobody knows yet whether the request took effect; asked again with the same `id` it takes effect once."""

    def __init__(self, sentence: str, id: str) -> None:
        super().__init__(sentence)
        self.id = id
