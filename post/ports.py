"""What the post office needs of the world: a book of letters and people, and somebody who carries."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from typing import Protocol

from domain.letters import Letter


class Person(Protocol):
    """Somebody letters are written to: the contact data on file, which may be erased at any time."""

    @property
    def name(self) -> str: ...
    @property
    def email(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def zone(self) -> str: ...
    @property
    def demo(self) -> bool:
        """Whether the person is invented."""


class InHand(Protocol):
    """What a letter that was just claimed is put into words from, as things stand now."""

    @property
    def open_tasks(self) -> Collection[str]:
        """The ids of the tasks of its entity that are open."""

    @property
    def people(self) -> Mapping[str, Person]:
        """Those who were asked for and are on file; an erased person is not."""

    @property
    def checkpoint(self) -> str:
        """`tandem checkpoint <size> <hash>` as it was when the letter was planned; the same at every try."""


class Letterbook(Protocol):
    """The letters of every entity and how far each one got; the ledger is one."""

    def letters_waiting(self, entity: str, limit: int) -> Sequence[Letter]:
        """Planned and failed letters, and those of a run that died, oldest first.

        None that is held, and none that another run has in its hands.
        """

    def waiting(self, entity: str) -> int:
        """How many letters are still to go out, those in another run's hands included."""

    def claim(self, key: str, people: Iterable[str]) -> InHand | None:
        """Take a letter in hand before it is sent; None when another has, or it is not to be sent any more."""

    def renew(self, key: str) -> None:
        """Say that a letter is still in hand, so that nobody else takes it."""

    def mark_sent(self, key: str, message_id: str, at: datetime) -> None: ...

    def mark_failed(self, key: str, error: str) -> None:
        """It did not go out this time; it goes on waiting."""

    def mark_refused(self, key: str, error: str) -> None:
        """It will never go out: no address on file, or the address was refused for good."""

    def withdraw(self, key: str) -> None:
        """Nothing is left to ask: all its tasks were done before it was sent."""


@dataclass(frozen=True)
class Envelope:
    """A finished message with the addresses it goes to; the first one is who it is written to."""

    sender: str
    recipient: str
    copies: tuple[str, ...]
    message: EmailMessage = field(repr=False)


class Carrier(Protocol):
    """Takes one message to its readers, or says why not: `PostTrouble` or `AddressRefused`."""

    async def carry(self, envelope: Envelope) -> None: ...


class PostTrouble(Exception):
    """The message was not taken now and may be taken later.

    `everyone` says whether the others need not be tried either: no connection, wrong password, sender refused.
    """

    def __init__(self, sentence: str, *, everyone: bool = True) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.everyone = everyone


class AddressRefused(Exception):
    """The message will never be taken as it is: the address does not exist or cannot be used."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
