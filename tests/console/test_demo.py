"""The demonstration's folder: only its own is ever replaced, and nothing outside it is touched."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from client.settings import load
from client.troubles import Trouble
from console import demo
from console.cli import app
from domain.values import Refusal
from ledger import migrate, open_ledger
from ledger.rows import Person
from tests.given import EU_FOCAL


def test_a_folder_that_is_no_demonstration_is_left_alone(tmp_path: Path) -> None:
    kept = tmp_path / "thesis.txt"
    kept.write_text("years of work")
    result = CliRunner().invoke(app, ["demo", "--home", str(tmp_path)])
    assert result.exit_code == 1
    assert "is not empty and holds no demonstration" in result.stderr
    assert kept.read_text() == "years of work"
    result = CliRunner().invoke(app, ["--home", str(kept), "demo"])
    assert "is a file; a demonstration needs a folder" in result.stderr


def test_a_former_demonstration_is_replaced(tmp_path: Path) -> None:
    demo._fresh(tmp_path, 1)
    (tmp_path / "ledger.sqlite").write_text("old")
    demo._fresh(tmp_path, 2)
    assert [one.name for one in tmp_path.iterdir()] == [demo.MARK]
    assert json.loads((tmp_path / demo.MARK).read_text())["seed"] == 2


def test_a_running_demonstration_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    demo._fresh(tmp_path, 1)
    monkeypatch.setattr("client.whereabouts.running", lambda home: object())
    with pytest.raises(Refusal, match="is running in"):
        demo._fresh(tmp_path, 1)


def test_no_engine_database_or_mail_server_of_the_environment_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DATABASE_URL", "TEMPORAL_ADDRESS", "SMTP_HOST", "MAILBOX", "HOME"):
        monkeypatch.setenv(f"TANDEM_{name}", "postgresql://real:1")
    settings = demo._settings(tmp_path)
    assert settings.home == tmp_path
    assert settings.database.startswith("sqlite:///")
    assert (settings.temporal_address, settings.smtp_host, settings.mailbox) == (None, None, None)
    assert not [name for name in os.environ if name.startswith("TANDEM_SMTP")]


def test_its_files_come_with_the_product() -> None:
    with demo._files() as (programme, script):
        assert len(programme.partnerships) == 20
        assert programme.demonstration
        assert {one.code for one in script.characters} == {one.code for one in programme.partnerships}
        assert all("example.org" in person.email for person in programme.people)


@pytest.mark.parametrize(("may_take", "slowness"), [(1000.0, 1.0), (1e-6, demo.MOST_SLOWNESS)])
def test_the_years_take_longer_on_a_slow_machine_within_bounds_and_it_says_so(
    may_take: float, slowness: float, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(demo, "MAY_TAKE", may_take)
    with demo._files() as (programme, script):
        assert demo._slowness(programme, script, demo.SEED) == slowness
    said = capsys.readouterr().err
    assert (said == "") == (slowness == 1.0)
    assert slowness == 1.0 or "times as long as usual" in said


def test_on_a_cluster_one_has_to_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TANDEM_TEMPORAL_ADDRESS", raising=False)
    result = CliRunner().invoke(app, ["demo", "--on-cluster"])
    assert result.exit_code == 1
    assert "no cluster is named; set TANDEM_TEMPORAL_ADDRESS" in result.stderr


@pytest.mark.parametrize("option", [["--keep"], ["--home", "somewhere"]])
def test_on_a_cluster_nothing_of_its_own_is_started(option: list[str]) -> None:
    result = CliRunner().invoke(app, ["demo", "--on-cluster", *option])
    assert result.exit_code == 2
    assert not Path("somewhere").exists()


def test_a_record_is_never_played_on(tmp_path: Path) -> None:
    """Entries or people in the ledger of the settings are somebody's: only an empty one becomes a demonstration."""
    url = f"sqlite:///{tmp_path}/ledger.db"
    settings = load(temporal_address="127.0.0.1:1", database_url=url)
    with pytest.raises(Trouble, match="there is no ledger"):
        demo._on_cluster(settings)
    migrate(url)
    assert demo._on_cluster(settings) is settings
    ledger = open_ledger(url)
    ledger.put_person(
        Person(
            id=EU_FOCAL.person,
            key="somebody",
            name="Elena García",
            email="elena@example.org",
            language="en",
            zone="Europe/Madrid",
        )
    )
    ledger.close()
    with pytest.raises(Refusal, match="is not empty, and a demonstration does not mix with a record"):
        demo._on_cluster(settings)
