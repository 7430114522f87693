"""A ledger that lies where nothing can be written: an archive's medium, an auditor's stick."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from ledger import SqlLedger, migrate, open_ledger
from tests.ledger.lives import entries


@pytest.fixture
def medium(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a closed ledger in it, which says of itself that it cannot be written."""
    folder = tmp_path / "me & you #1"
    folder.mkdir()
    url = f"sqlite:///{folder / 'ledger.sqlite'}"
    migrate(url)
    filled = open_ledger(url)
    filled.record(entries())
    filled.close()
    usual = os.access

    def access(path: Any, mode: int, **options: Any) -> bool:
        return False if Path(path) == folder and mode == os.W_OK else usual(path, mode, **options)

    monkeypatch.setattr("os.access", access)
    return folder


def opened(folder: Path) -> SqlLedger:
    return open_ledger(f"sqlite:///{folder / 'ledger.sqlite'}")


def test_it_is_read_and_nothing_is_put_beside_it(medium: Path) -> None:
    before = {path.name: path.stat().st_mtime_ns for path in medium.iterdir()}
    ledger = opened(medium)
    assert ledger.checkpoint().size == len(entries())
    assert ledger.entries("partnership/C1-01") == entries()
    assert {path.name: path.stat().st_mtime_ns for path in medium.iterdir()} == before
    ledger.close()
    assert {path.name: path.stat().st_mtime_ns for path in medium.iterdir()} == before


def test_nothing_is_written_to_it(medium: Path) -> None:
    ledger = opened(medium)
    with pytest.raises(OperationalError, match="readonly database"):
        ledger.record(entries("C1-02"))
    ledger.close()


def test_entries_that_are_in_the_log_beside_it_are_not_left_out(medium: Path) -> None:
    (medium / "ledger.sqlite-wal").write_bytes(b"not yet in the file")
    with pytest.raises(ValueError, match=r"latest entries are in ledger\.sqlite-wal .*copy the folder"):
        opened(medium)
