"""The demonstration's folder: only its own is ever replaced, and nothing outside it is touched."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from console import demo
from console.cli import app
from domain.values import Refusal


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
