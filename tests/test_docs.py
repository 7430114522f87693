"""The pages say what the product does: settings, commands, stages."""

from __future__ import annotations

import re
from pathlib import Path

from client.settings import described

ROOT = Path(__file__).parent.parent


def test_every_setting_is_documented() -> None:
    """docs/operating.md has a line for each variable, with its default and its description."""
    page = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    for name, default, meaning in described():
        assert f"| `{name}` | {default or '-'} | {meaning} |" in page


def test_no_setting_is_documented_that_does_not_exist() -> None:
    """A variable named anywhere in the pages is one the product reads."""
    known = {name for name, _, _ in described()} | {"TANDEM_AS", "TANDEM_CI"}
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]
    for page in pages:
        named = re.findall(r"TANDEM_[A-Z_]+", page.read_text(encoding="utf-8"))
        assert [name for name in named if name not in known] == [], page.name


def test_the_decisions_are_numbered_without_a_gap() -> None:
    """docs/decisions holds 0001, 0002 and so on, each with a heading that has its number."""
    records = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
    for number, record in enumerate(records, start=1):
        assert record.name.startswith(f"{number:04}-")
        assert record.read_text(encoding="utf-8").startswith(f"# {number}. ")
