"""What the doctor looks at around itself: a disk only where something is kept on it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from client import checkup
from client.settings import load

ELSEWHERE = {
    "temporal_address": "engine.example.org:7233",
    "database_url": "postgresql://tandem@db.example.org/tandem",
    "smtp_host": "mail.example.org",
}


@pytest.mark.parametrize("kept_here", [(), *((name,) for name in ELSEWHERE)], ids=lambda kept: "".join(kept))
def test_the_disk_counts_where_something_is_kept_on_it(tmp_path: Path, kept_here: tuple[str, ...]) -> None:
    """With engine, ledger and mail elsewhere, a home that cannot be written to is as it should be in a container."""
    given: dict[str, Any] = {name: value for name, value in ELSEWHERE.items() if name not in kept_here}
    checks = [finding.check for finding in checkup._surroundings(load(home=tmp_path, **given))]
    assert ("disk" in checks) is bool(kept_here)
