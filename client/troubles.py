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


def of_database(error: Exception) -> Trouble | None:
    """What an error of the ledger's database means to people; None for any other error.

    SQL is spoken in the ledger alone, so its errors are known elsewhere by their family's name.
    """
    if not type(error).__module__.startswith("sqlalchemy."):
        return None
    said = str(getattr(error, "orig", None) or error)
    first = said.splitlines()[0].strip() if said else type(error).__name__
    if "no such table" in first or ("relation" in first and "does not exist" in first):
        return Trouble(
            "the database has no ledger in it yet; `tandem up` or `tandem prepare` makes its tables"
        )
    return Trouble(f"the database does not answer as it should: {first}")
