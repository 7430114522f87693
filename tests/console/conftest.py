"""The command line as people call it, on a home folder whose ledger holds a life."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from typer import testing
from typer.main import get_command
from typer.testing import CliRunner

from console.cli import app
from tests.console.life import home_with_a_life

# of its time a call would otherwise take most to put together every command there is, which are always the same
testing._get_command = lru_cache(get_command)  # type: ignore[attr-defined]  # its own name for it


@dataclass(frozen=True)
class Said:
    """How a call of the command line ended: its status, and what it wrote where."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def sentence(self) -> str:
        """The one line on stderr, without the name of the program; nothing is on stdout beside it."""
        assert self.status == 1
        assert self.out == ""
        assert self.err.startswith("tandem: ")
        assert self.err.count("\n") == 1
        return self.err.removeprefix("tandem: ").strip()


Tandem = Callable[..., Said]


@pytest.fixture(scope="session")
def life(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return home_with_a_life(tmp_path_factory.mktemp("console") / "home")


@pytest.fixture
def home(life: Path, tmp_path: Path) -> Path:
    """A folder of the test's own with the same ledger."""
    return Path(shutil.copytree(life, tmp_path / "home"))


@pytest.fixture
def tandem(home: Path, monkeypatch: pytest.MonkeyPatch) -> Tandem:
    monkeypatch.delenv("TANDEM_AS", raising=False)
    monkeypatch.setenv("COLUMNS", "100")

    def call(*arguments: str | Path, stdin: str | None = None) -> Said:
        result = CliRunner().invoke(app, ["--home", str(home), *map(str, arguments)], input=stdin)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Said(result.exit_code, result.stdout, result.stderr)

    return call
