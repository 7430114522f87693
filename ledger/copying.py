"""Copies of SQLite databases, taken while others write to them, and looked at before anybody relies on them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

_PAGES = 1000
"""So many pages are copied between two pauses, in which those who write get their turn."""
_PAUSE = 0.005


def copy_database(source: Path, target: Path) -> None:
    """Copy a database as it stands at one moment, whoever writes to it meanwhile.

    The target must not exist. FileNotFoundError where there is no source, ValueError where it is damaged, OSError
    where the disk does not take the copy.
    """
    if not source.exists():
        raise FileNotFoundError(f"there is no {source}")
    if target.exists():
        raise FileExistsError(f"{target} is there already")
    try:
        with (
            closing(_opened(source, "mode=ro")) as read,
            closing(sqlite3.connect(target)) as written,
        ):
            read.backup(written, pages=_PAGES, sleep=_PAUSE)
            # one file, with nothing beside it that could be left behind
            written.execute("PRAGMA journal_mode = DELETE").close()
    except sqlite3.OperationalError as error:
        raise OSError(f"{source.name} could not be copied to {target.parent}: {error}") from error
    except sqlite3.DatabaseError as error:
        raise ValueError(f"{source} is damaged: {error}") from error
    check_database(target)


def check_database(path: Path) -> None:
    """ValueError where the file of a database that nobody writes to is damaged."""
    try:
        with closing(_opened(path, "immutable=1")) as read:  # may lie on a disk nobody can write to
            found = [str(row[0]) for row in read.execute("PRAGMA integrity_check")]
    except sqlite3.DatabaseError as error:
        raise ValueError(f"{path} is damaged: {error}") from error
    if found != ["ok"]:
        raise ValueError(f"{path} is damaged: {found[0]}")


def _opened(path: Path, how: str) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?{how}", uri=True, timeout=30)
