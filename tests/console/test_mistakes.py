"""What a mistake looks like: one sentence and status 1, or how to call it and status 2; never a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from console.cli import app
from tests.console.conftest import Tandem


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",),
        ("tasks", "--sort", "colour"),
        ("tasks", "--nonsense"),
        ("history",),
        ("calendar", "ES", "soon"),
        ("calendar", "ES", "1066"),
        ("partnership", "open-stage", "C1-01", "scoping"),
        ("partnership", "open-stage", "C1-01", "dancing", "--as", "operator.one"),
        ("partnership", "decide", "C1-01", "G2", "perhaps", "--as", "team.leader"),
        ("partnership", "hold", "C1-01", "--reason", "two words", "--as", "operator.one"),
        ("partnership", "clarify", "C1-01", "G2", "--as", "team.leader"),
        (
            "partnership",
            "record-exchange",
            "C1-01",
            "x",
            "virtual",
            "--held",
            "soon",
            "--eu",
            "1",
            "--cn",
            "1",
        ),
        (
            "partnership",
            "clarify",
            "C1-01",
            "G2",
            "--question",
            "a",
            "--question-file",
            "b",
            "--as",
            "team.leader",
        ),
        ("partnership", "engage", "C1-01", "x", "eu", "choir", "--as", "operator.one"),
    ],
    ids=" ".join,
)
def test_a_wrong_call_ends_with_status_2(tandem: Tandem, arguments: tuple[str, ...]) -> None:
    told = tandem(*arguments)
    assert told.status == 2
    assert told.out == ""
    assert "Traceback" not in told.err
    assert "Usage: " in told.err


def test_unknown_words_are_answered_with_those_that_are_known(tandem: Tandem) -> None:
    verdict = tandem("partnership", "decide", "C1-01", "G2", "perhaps", "--as", "team.leader").err
    assert "approve_with_conditions" in verdict
    stage = tandem("partnership", "open-stage", "C1-01", "dancing", "--as", "operator.one").err
    assert "pilot_investments" in stage


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("history", "C9-99"), "there is no partnership C9-99; on record are C1-01, C1-02"),
        (("history", "c1-01"), "did you mean C1-01?"),
        (("tasks", "--owner", "c1-01.eu.fokal"), "did you mean c1-01.eu.focal?"),
        (("people", "show", "zzz"), "tandem people list"),
        (("deadline", "G2"), "names no deadline"),
        (("deadline", "C1-01/G9/1"), "has no deadline 'G9/1'; it has"),
        (("calendar", "EL", "2022"), "EL is GR here"),
        (("calendar", "XX", "2022"), "the countries are AT, BE"),
        (("partnership", "template", "action_pan"), "did you mean 'action_plan'?"),
        (("partnership", "ask-again", "cmd-1"), "no unanswered request"),
        (("mailbox", "show", "7"), "no message 7"),
        (("board", "--programme", "4711"), "on record are 11438"),
        (("ledger", "verify", "--checkpoint", "/nowhere/x"), "cannot read /nowhere/x"),
        (("replay",), "start it with `tandem up`"),
        (("partnership", "resume", "C1-01", "--as", "operator.one"), "start it with `tandem up`"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_mistake_gets_one_sentence(tandem: Tandem, arguments: tuple[str, ...], words: str) -> None:
    assert words in tandem(*arguments).sentence


def test_somebody_without_a_role_there_is_told_so(tandem: Tandem, home: Path) -> None:
    from ledger import open_ledger
    from ledger.rows import Person

    ledger = open_ledger(f"sqlite:///{home / 'ledger.sqlite'}")
    ledger.put_person(
        Person(
            id="p-stranger",
            key="stranger",
            name="Sten Fremd",
            email="s@example.org",
            language="en",
            zone="UTC",
        )
    )
    ledger.close()
    told = tandem("partnership", "resume", "C1-01", "--as", "stranger").sentence
    assert "Sten Fremd (stranger) holds no role in C1-01" in told


def test_a_checkpoint_file_without_one_is_named(tandem: Tandem, tmp_path: Path) -> None:
    path = tmp_path / "empty.txt"
    path.write_text("nothing here")
    assert f"{path}: no checkpoint found" in tandem("ledger", "verify", "--checkpoint", path).sentence


def test_without_a_ledger_the_way_to_one_is_told(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["--home", str(tmp_path / "none"), "tasks"])
    assert result.exit_code == 1
    assert "there is no ledger in" in result.stderr
    assert "tandem up" in result.stderr
    assert not (tmp_path / "none").exists()


def test_a_wrong_setting_is_named(tandem: Tandem, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TANDEM_PATIENCE", "soon")
    assert tandem("tasks").sentence.startswith("TANDEM_PATIENCE: ")


def test_a_database_that_is_none_is_told_without_its_password(
    tandem: Tandem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TANDEM_DATABASE_URL", "mysql://me:canary-4711@host/db")
    assert "canary" not in tandem("tasks").sentence
    monkeypatch.setenv("TANDEM_DATABASE_URL", "postgresql://me:canary-4711@127.0.0.1:1/db")
    assert "canary" not in tandem("tasks").sentence


def test_a_file_that_is_no_ledger_is_told(
    tandem: Tandem, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "other.sqlite"
    path.write_bytes(b"this is no database at all, whatever its name says" * 40)
    monkeypatch.setenv("TANDEM_DATABASE_URL", f"sqlite:///{path}")
    assert "database" in tandem("tasks").sentence
    path.write_bytes(b"")
    assert "no ledger in it yet" in tandem("tasks").sentence
