"""The units for systemd start commands that exist, with settings that exist, and give them time to stop."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import typer

from client.settings import described
from console.cli import app
from worker import house

UNITS = sorted((Path(__file__).parent.parent / "docs" / "systemd").iterdir())
PAGE = (Path(__file__).parent.parent / "docs" / "operating.md").read_text(encoding="utf-8")
PLACE = "/opt/tandem/bin/tandem"


def options(unit: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r"^(\w+)=(.*)$", unit.read_text(encoding="utf-8"), re.MULTILINE):
        found.setdefault(name, []).append(value)
    return found


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_starts_a_command_that_exists(unit: Path) -> None:
    (start,) = options(unit)["ExecStart"]
    place, command = start.split(" ")
    assert place == PLACE
    known: set[str] = set(getattr(typer.main.get_command(app), "commands", {}))
    assert command in known
    assert f"systemd/{unit.name}" in PAGE


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_names_settings_that_exist_and_no_secret(unit: Path) -> None:
    text = unit.read_text(encoding="utf-8")
    assert set(re.findall(r"\bTANDEM_[A-Z_]+", text)) <= {name for name, _, _ in described()}
    assert not re.search(r"PASSWORD|API_KEY|DATABASE_URL", text)
    assert options(unit)["User"] == ["tandem"]


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_gives_a_worker_the_time_it_takes(unit: Path) -> None:
    """A worker that is killed before it has finished leaves its entities waiting."""
    told = options(unit)
    if told.get("Type") == ["oneshot"]:
        return
    assert int(told["TimeoutStopSec"][0]) > house._QUIET + house._PATIENCE


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_understands_a_unit(unit: Path, tmp_path: Path) -> None:
    """Where there is a systemd to ask: no word of it is unknown, and nothing it refers to is missing."""
    if shutil.which("systemd-analyze") is None or not Path("/usr/lib/systemd/system").is_dir():
        pytest.skip("NOT ASKED ABOUT UNITS: there is no systemd on this machine")
    root = tmp_path / "root"
    shutil.copytree("/usr/lib/systemd/system", root / "usr/lib/systemd/system", symlinks=True)
    (root / "etc/systemd/system").mkdir(parents=True)
    for other in UNITS:
        shutil.copy(other, root / "etc/systemd/system")
    program = root / PLACE.lstrip("/")
    program.parent.mkdir(parents=True)
    shutil.copy("/bin/true", program)
    name = unit.name.replace("@.", "@1.")
    asked = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", f"--root={root}", name], capture_output=True, text=True
    )
    assert (asked.returncode, asked.stdout + asked.stderr) == (0, "")
