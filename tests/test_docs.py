"""The pages say what the product does: settings, commands, stages."""

from __future__ import annotations

import re
from pathlib import Path

import typer

from client.settings import described
from console.asking import SHARED
from console.cli import app
from domain.entities import KINDS

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


def _commands(command: object, name: str = "tandem") -> list[str]:
    """Every command by its full name, groups themselves left out."""
    inner = getattr(command, "commands", None)
    if inner is None:
        return [name]
    return [full for key, one in inner.items() for full in _commands(one, f"{name} {key}")]


def test_the_readme_lists_every_command_and_no_other() -> None:
    """A row such as `tandem ledger verify`, `checkpoint` names commands of one group."""
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    table = page[page.index("## Commands") : page.index("## Where to read on")]
    named: list[str] = []
    for row in re.findall(r"^\| (`tandem .*?) \| ", table, flags=re.M):
        words = [
            [part for part in word.split() if part.islower() and not part.startswith("-")]
            for word in re.findall(r"`([^`]+)`", row)
        ]
        group = words[0][:-1]
        named += [" ".join(word if word[0] == "tandem" else [*group, *word]) for word in words]
    others = tuple(f"tandem {kind} " for kind in KINDS if kind != "partnership")
    shared = tuple(f"{one.group} {one.name}".strip() for one in SHARED)
    # what can be asked of every kind is listed once, as it is asked of a partnership
    known = [
        one
        for one in _commands(typer.main.get_command(app))
        if not (one.startswith(others) and one.split(" ", 2)[2] in shared)
    ]
    assert [
        name for name in named if not any(one == name or one.startswith(f"{name} ") for one in known)
    ] == []
    assert [
        one for one in known if not any(one == name or one.startswith(f"{name} ") for name in named)
    ] == []
