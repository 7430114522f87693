"""What the console may read: the ledger these settings name, and the rows it hands out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from client.settings import Settings
from client.troubles import Trouble, of_database
from domain.entities import KINDS, State, partnership_of
from domain.partnership import Partnership
from domain.records import EntityRecord, GateRecord, PartnershipRecord
from domain.values import Refusal
from ledger.chain import Checkpoint
from ledger.rows import (
    Attempt,
    Board,
    BoardLine,
    DamagedEntry,
    FiledEntry,
    FiledLetter,
    LetterStatus,
    OpenTask,
    Person,
    Programme,
)
from ledger.store import SqlLedger, open_ledger

__all__ = [
    "Attempt",
    "Board",
    "BoardLine",
    "Checkpoint",
    "EntityRecord",
    "FiledEntry",
    "FiledLetter",
    "GateRecord",
    "LetterStatus",
    "OpenTask",
    "PartnershipRecord",
    "Person",
    "Programme",
    "SqlLedger",
    "entity",
    "last_recorded",
    "partnership",
    "present",
    "programmes",
    "reading",
    "unknown",
]

_SQLITE = "sqlite:///"


@contextmanager
def reading(settings: Settings) -> Iterator[SqlLedger]:
    """The ledger, open for as long as the block runs; nothing else needs to be running.

    Raises Trouble, in a sentence, where there is none yet, where the database does not answer, or where an entry
    cannot be read.
    """
    url = settings.database
    if url.startswith(_SQLITE) and not Path(url.removeprefix(_SQLITE)).exists():
        raise Trouble(
            f"there is no ledger at {url.removeprefix(_SQLITE)} (TANDEM_DATABASE_URL) yet; `tandem prepare` makes one"
            if settings.database_url is not None
            else f"there is no ledger in {settings.home} yet; "
            "`tandem up` makes one, `tandem demo` one to look at"
        )
    try:
        ledger = open_ledger(url)
    except ValueError as wrong:
        where = "TANDEM_DATABASE_URL: " if settings.database_url is not None else ""
        raise Trouble(f"{where}{wrong}") from None
    try:
        yield ledger
    except DamagedEntry as damaged:
        raise Trouble(str(damaged)) from damaged
    except Exception as error:
        trouble = of_database(error)
        if trouble is not None:
            raise trouble from error
        raise
    finally:
        ledger.close()


def entity(ledger: SqlLedger, code: str, kind: str | None = None) -> State:
    """Where an entity (of a kind) stands, by its code, which no two of any kinds share; Refusal where there is none."""
    found = ledger.standings(kind, code=code)
    state = ledger.state(found[0].entity) if found else None
    if state is None:
        raise Refusal(unknown(ledger, code, kind))
    return state


def partnership(ledger: SqlLedger, code: str) -> Partnership:
    """Where a partnership stands; Refusal, naming those on record, where there is none of this code."""
    return partnership_of(entity(ledger, code, "partnership"))


def unknown(ledger: SqlLedger, code: str, kind: str | None = None) -> str:
    """Says that a code is not on record (under this kind), and which are."""
    noun = KINDS[kind].noun if kind is not None else "partnership or other entity"
    known = [record.code for record in ledger.standings(kind)]
    if not known and not ledger.standings():
        return f"there is no {noun} {code}: the ledger is empty (tandem programme load FILE)"
    other = ledger.standings(code=code)
    if other:
        return f"{code} is a {KINDS[other[0].kind].noun}, not a {noun}"
    same = [one for one in known if one.lower() == code.lower()]
    hint = f"did you mean {same[0]}?" if same else f"on record are {_some(known) or 'none'}"
    return f"there is no {noun} {code}; {hint}"


def _some(known: list[str]) -> str:
    shown = ", ".join(known[:24])
    return f"{shown} and {len(known) - 24} more" if len(known) > 24 else shown


def programmes(ledger: SqlLedger, wanted: str | None = None) -> tuple[Programme, ...]:
    """The programmes on record, or the one wanted; Refusal, naming those there are, where it is none of them."""
    known = ledger.programmes()
    if wanted is None:
        return known
    found = tuple(one for one in known if one.code == wanted)
    if not found:
        hint = (
            f"on record are {', '.join(one.code for one in known)}"
            if known
            else "none is on record (tandem programme load FILE)"
        )
        raise Refusal(f"there is no programme {wanted!r}; {hint}")
    return found


def present(ledger: SqlLedger, programme: str) -> datetime:
    """What time it is in a programme.

    Real time, unless the programme is rehearsed faster: there it is when the last entry was recorded, so
    that what a finished rehearsal left behind does not grow older while nobody plays it.
    """
    known = ledger.programme(programme)
    if known is None or known.origin is None:
        return datetime.now(UTC)
    return last_recorded(ledger) or known.origin


def last_recorded(ledger: SqlLedger) -> datetime | None:
    """When, in programme time, the newest entry of all was written down."""
    newest = None
    for entity, last in ledger.entities().items():
        for filed in ledger.history(entity, since=last - 1):
            at = filed.entry.recorded_at
            newest = at if newest is None else max(newest, at)
    return newest
