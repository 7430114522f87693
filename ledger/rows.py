"""What the ledger hands out besides the domain's own words: people, programmes, letters on file, numbers."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import Field

from domain.entries import Entry
from domain.letters import Letter
from domain.records import PartnershipRecord, TaskRecord
from domain.values import Actor, Code, PersonId, UtcTime, Value
from ledger.chain import Checkpoint


class Person(Value):
    """Somebody behind an id. `key` is the short handle operators type, such as `es-fuenlabrada.focal`.

    `language` is `en` or `zh`, `zone` a time zone's name such as `Europe/Madrid`; `demo` marks invented people.
    """

    id: PersonId
    key: str = Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,79}$")
    name: str = Field(min_length=1, max_length=200)
    email: str = Field(min_length=3, max_length=254)
    language: str = Field(pattern=r"^(en|zh)$")
    zone: str
    phone: str | None = None
    demo: bool = False


class Programme(Value):
    """A programme as loaded. `facts` is what its file says, as JSON values.

    The programme clock read `origin` at the real time `anchor` and runs `speed` times as fast as real time;
    both are None, and the speed 1, where programme time is real time.
    """

    code: Code
    title: str
    facts: dict[str, Any] = Field(default_factory=dict)
    origin: UtcTime | None = None
    anchor: UtcTime | None = None
    speed: float = Field(default=1.0, gt=0, allow_inf_nan=False)


class LetterStatus(StrEnum):
    PLANNED = "planned"
    FAILED = "failed"
    """Not taken this time; it goes on waiting."""
    HELD = "held"
    """Waiting for a person to release it, after a restore."""
    DOUBTFUL = "doubtful"
    """Held, and it may have gone out before the restore already: a person says whether it goes again."""
    SENT = "sent"
    REFUSED = "refused"
    """It will never go out."""
    WITHDRAWN = "withdrawn"
    """Everything it asked for was done before it was sent."""
    PAST = "past"
    """It ended before a restore; whether sent, refused or withdrawn was lost with what was restored over."""

    @property
    def ended(self) -> bool:
        """Whether nothing more happens to it."""
        return self in (self.SENT, self.REFUSED, self.WITHDRAWN, self.PAST)


class FiledLetter(Value):
    """A letter and how far it got. `checkpoint` is the newest checkpoint line when the letter was planned."""

    letter: Letter
    checkpoint: str
    status: LetterStatus
    attempts: int
    claimed_at: UtcTime | None
    last_error: str | None
    sent_at: UtcTime | None
    message_id: str | None


class FiledEntry(Value):
    """An entry with its place in the log."""

    position: int
    code: str
    """The version of the product that wrote it."""
    hash: str
    entry: Entry


class Attempt(Value):
    """A request that was refused and matters in itself: who tried what, and the sentence they were given."""

    position: int
    number: int
    entity: str
    """The entity it was tried on."""
    at: UtcTime
    by: Actor | None
    request: dict[str, Any]
    sentence: str


class Recovery(Value):
    """Ledger and engine were brought level again; what that took stands in the log itself.

    `before` is the size of the log as it was found. `harvested` entries came back out of the engine's histories,
    the first `exact` of them to the very bit; `restarted` entities live on in the engine from what is on record.
    `lost` is a checkpoint the engine had witnessed and the log could not reach again: a checkpoint of after
    `before` kept elsewhere does not match then, and this says why.
    """

    at: UtcTime
    """Real time."""
    before: int
    harvested: int = 0
    exact: int = 0
    restarted: int = 0
    letters_held: int = 0
    letters_past: int = 0
    letters_doubtful: int = 0
    texts_missing: int = 0
    people_missing: int = 0
    lost: Checkpoint | None = None


class OpenTask(TaskRecord):
    """A task with the code of the partnership it belongs to."""

    code: str


class BoardLine(Value):
    """A partnership as one line of the board: its gates by how they stand, and what was sent about it."""

    record: PartnershipRecord
    gates_settled: int
    gates_in_time: int
    gates_open: int
    letters: int
    """Sent letters other than reminders."""
    reminders: int


class Board(Value):
    """A programme in numbers: letters by kind are those sent."""

    partnerships: int
    by_status: dict[str, int]
    gates_open: int
    gates_settled: int
    gates_in_time: int
    gates_silent: int
    by_outcome: dict[str, int]
    tasks_open: int
    tasks_overdue: int
    letters_sent: dict[str, int]
    letters_waiting: int
    reminders_sent: int
    entries: int


class Tally(Value):
    """Counts over the whole ledger, and the task and the letter that wait longest: of which entity, since when."""

    entries: int
    partnerships_open: int
    tasks_open: int
    tasks_overdue: int
    task_oldest: tuple[str, UtcTime] | None
    letters: dict[LetterStatus, int]
    letter_oldest: tuple[str, UtcTime] | None


class DifferentEntry(ValueError):
    """Another entry is on record under this number."""


class DamagedEntry(ValueError):
    """What stands under an entry's number is no entry; the sentence is for people."""


class MissingEntry(ValueError):
    """An entry does not follow the last one on record."""
