"""What the activities need of the world: a ledger that remembers and a post that delivers."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from domain.clockwork import Clockwork
from domain.entries import Entry
from domain.errands import Carried, Errand
from domain.values import Value


class Recorded(Value):
    """What recording a batch came to: the entity's last number, and whether letters are waiting.

    `size` and `head` are the log's checkpoint right after the batch, `code` the version that wrote it. The engine
    keeps this answer in its history: a second witness of the log, from which an older copy of the ledger is
    brought level again to the very bit (client.recovery).
    """

    number: int
    letters_waiting: bool
    size: int = 0
    head: str = ""
    code: str = ""


class Delivered(Value):
    """How many letters of an entity were sent, refused for good, withdrawn, and still wait for another try.

    `elsewhere` are those of the waiting ones that are in another run's hands, or in a dead one's.
    """

    sent: int = 0
    refused: int = 0
    withdrawn: int = 0
    waiting: int = 0
    elsewhere: int = 0


class Ledger(Protocol):
    def record(self, entries: tuple[Entry, ...]) -> Recorded:
        """Entries, records and letters of one entity in one transaction; the same entries twice are once.

        ValueError when an entry differs from the one on record under its number, or leaves a gap.
        """


class Messenger(Protocol):
    async def carry(self, entity: str, errand: Errand, clockwork: Clockwork) -> Carried:
        """Ask the next of those an errand of this entity is for; the same round again does no harm.

        Raises what it meets where somebody cannot be asked now; a refusal is an answer.
        """


class Post(Protocol):
    async def deliver(self, entity: str, at: datetime) -> Delivered:
        """Send what waits for this entity; letters whose tasks are done meanwhile are withdrawn."""
