"""The door with everything a caller needs around it: the programme's clock, and requests still unanswered."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from pydantic import ValidationError

from client.connection import connect
from client.door import Door
from client.settings import Settings
from domain.clockwork import Clockwork
from domain.requests import AnyRequest
from domain.values import Actor, Refusal, Value
from ledger.store import SqlLedger
from workflows.chapter import Answer

__all__ = ["Answer", "Door", "Unanswered", "clock_of", "clockwork_of", "forget", "keep", "opened", "recall"]


def clockwork_of(ledger: SqlLedger, programme: str) -> Clockwork:
    """The clock of a programme; real time where it has none of its own."""
    known = ledger.programme(programme)
    if known is None or known.origin is None or known.anchor is None:
        return Clockwork()
    return Clockwork(origin=known.origin, anchor=known.anchor, speed=int(known.speed))


def clock_of(ledger: SqlLedger, entity: str) -> Clockwork:
    """The clock of the programme an entity belongs to."""
    record = ledger.standing(entity)
    return clockwork_of(ledger, record.programme if record else "")


@asynccontextmanager
async def opened(settings: Settings, ledger: SqlLedger, programme: str) -> AsyncIterator[Door]:
    """A door to the partnerships of a programme; Trouble where the engine cannot be reached."""
    client = await connect(settings, identity="tandem console")
    yield Door(client, ledger, clockwork_of(ledger, programme), patience=float(settings.patience))


class Unanswered(Value):
    """A request nobody knows the answer to, kept in the home folder so that the very same is asked again.

    It holds hashes and codes only, as every request does.
    """

    id: str
    code: str
    request: AnyRequest
    by: Actor


def keep(settings: Settings, unanswered: Unanswered) -> bool:
    """Keep a request to be asked again; False where the disk does not take it."""
    path = _path(settings, unanswered.id)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(unanswered.model_dump_json(indent=2) + "\n", encoding="utf-8")
    except OSError:
        return False
    return True


def recall(settings: Settings, id: str) -> Unanswered:
    """The unanswered request of this id; Refusal, naming those that are kept, where there is none."""
    path = _path(settings, id)
    try:
        return Unanswered.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, ValidationError):
        folder = path.parent
        known = sorted(one.stem for one in folder.glob("cmd-*.json")) if folder.is_dir() else []
        held = f"kept are {', '.join(known)}" if known else "none is kept"
        raise Refusal(f"no unanswered request {id!r} is kept in {folder}; {held}") from None


def forget(settings: Settings, id: str) -> None:
    """It has its answer."""
    _path(settings, id).unlink(missing_ok=True)


def _path(settings: Settings, id: str) -> Path:
    return settings.home / "unanswered" / f"{Path(id).name}.json"
