"""A letterbook in memory, and carriers that keep or refuse what they are given."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from domain.letters import Letter
from post.ports import Envelope, Person
from tests.post.specimens import CHECKPOINT, PEOPLE


@dataclass(frozen=True)
class InHand:
    """What is handed out with a claim."""

    open_tasks: frozenset[str]
    people: dict[str, Person]
    checkpoint: str


@dataclass
class Book:
    """What the ledger does for the post office; `claimed` letters come back when `lease_over` is called."""

    letters: list[Letter]
    on_file: dict[str, Person] = field(default_factory=lambda: dict(PEOPLE))
    tasks: set[str] | None = None
    status: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    sent: list[tuple[str, str, datetime]] = field(default_factory=list)
    claims: list[str] = field(default_factory=list)
    renewed: list[str] = field(default_factory=list)

    def of(self, letter: Letter) -> str:
        return self.status.get(letter.key, "planned")

    def letters_waiting(self, entity: str, limit: int) -> list[Letter]:
        waiting = [
            one for one in self.letters if one.entity == entity and self.of(one) in ("planned", "failed")
        ]
        return sorted(waiting, key=lambda one: (one.at, one.number, one.key))[:limit]

    def waiting(self, entity: str) -> int:
        ended = ("sent", "refused", "withdrawn", "held")
        return sum(one.entity == entity and self.of(one) not in ended for one in self.letters)

    def claim(self, key: str, people: Iterable[str]) -> InHand | None:
        if self.status.get(key, "planned") not in ("planned", "failed"):
            return None
        self.status[key] = "claimed"
        self.claims.append(key)
        open_tasks = self.tasks
        if open_tasks is None:
            open_tasks = {task for letter in self.letters for task in letter.about}
        return InHand(
            open_tasks=frozenset(open_tasks),
            people={id: self.on_file[id] for id in people if id in self.on_file},
            checkpoint=CHECKPOINT,
        )

    def lease_over(self) -> None:
        """Whoever claimed and did not report back is taken for dead."""
        for key, status in self.status.items():
            if status == "claimed":
                self.status[key] = "planned"

    def mark_sent(self, key: str, message_id: str, at: datetime) -> None:
        self.status[key] = "sent"
        self.sent.append((key, message_id, at))

    def mark_failed(self, key: str, error: str) -> None:
        self.status[key], self.errors[key] = "failed", error

    def mark_refused(self, key: str, error: str) -> None:
        self.status[key], self.errors[key] = "refused", error

    def withdraw(self, key: str) -> None:
        self.status[key] = "withdrawn"

    def renew(self, key: str) -> None:
        self.renewed.append(key)


@dataclass
class Bag:
    """A carrier that keeps what it is given, after raising what it was told to, in that order."""

    trouble: list[Exception | None] = field(default_factory=list)
    carried: list[Envelope] = field(default_factory=list)

    async def carry(self, envelope: Envelope) -> None:
        problem = self.trouble.pop(0) if self.trouble else None
        if problem is not None:
            raise problem
        self.carried.append(envelope)

    def subjects(self) -> list[str]:
        return [str(envelope.message["Subject"]) for envelope in self.carried]
