"""What every command knows: the home folder it was given, the settings, and the options they share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from client.reading import SqlLedger, reading
from client.settings import Settings, load
from console.options import flag

AsJson = Annotated[bool, flag("--json", "Print JSON and nothing else.")]


@dataclass(frozen=True)
class Session:
    """One call of the command line."""

    home: Path | None = None

    def settings(self) -> Settings:
        """The settings in force; Trouble that names the variable where one is wrong."""
        return load(home=self.home)


def session(ctx: typer.Context) -> Session:
    found = ctx.find_root().obj
    return found if isinstance(found, Session) else Session()


@contextmanager
def records(ctx: typer.Context) -> Iterator[SqlLedger]:
    """The ledger for a reading command; no house need be running."""
    with reading(session(ctx).settings()) as ledger:
        yield ledger
