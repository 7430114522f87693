"""Where the embedded default of a home folder can be reached, while it runs."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from pydantic import ValidationError

from domain.values import Value


class Whereabouts(Value):
    """Kept in `house.json` of the home folder: addresses, and the processes by their ids."""

    address: str
    """host:port of the engine."""
    web: str
    """The engine's own web page."""
    house: int
    engine: int
    worker: int | None = None


def kept(home: Path) -> Whereabouts | None:
    """What the last `tandem up` in this folder wrote down; it need not run any more."""
    try:
        return Whereabouts.model_validate_json((home / "house.json").read_text())
    except (FileNotFoundError, NotADirectoryError, ValidationError):
        return None


def keep(home: Path, whereabouts: Whereabouts) -> None:
    """Write it down in one go, so that no reader sees half of it."""
    draft = home / "house.json.new"
    draft.write_text(whereabouts.model_dump_json(indent=2) + "\n")
    draft.replace(home / "house.json")


def running(home: Path) -> Whereabouts | None:
    """Where the embedded default of this folder can be reached; None where none runs."""
    try:
        lock = os.open(home / "house.lock", os.O_RDWR)
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        return None if locked(lock) else kept(home)
    finally:
        os.close(lock)


def locked(lock: int) -> bool:
    """Take the lock behind this descriptor; False where another process holds it."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
