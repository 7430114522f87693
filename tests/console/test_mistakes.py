"""What a mistake looks like: one sentence and status 1, or how to call it and status 2; never a traceback."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from typer.testing import CliRunner

from console import __main__ as start
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
        (("history", "C9-99"), "there is no partnership or other entity C9-99; on record are C1-01"),
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


def test_a_full_disk_is_told(home: Path) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full to write to")
    with full.open("w") as out:
        told = subprocess.run(
            [sys.executable, "-m", "console", "--home", str(home), "people", "list"],
            stdout=out,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert told.returncode == 1
    assert "Traceback" not in told.stderr


def test_an_interruption_at_the_start_ends_without_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    class Interrupted(ModuleType):
        def __getattr__(self, name: str) -> object:
            raise KeyboardInterrupt

    monkeypatch.setitem(sys.modules, "console.cli", Interrupted("console.cli"))
    with pytest.raises(SystemExit) as ended:
        start.main()
    assert ended.value.code == 130


def test_a_wrong_setting_is_named(tandem: Tandem, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TANDEM_PATIENCE", "soon")
    assert tandem("tasks").sentence.startswith("TANDEM_PATIENCE: ")
    monkeypatch.delenv("TANDEM_PATIENCE")
    monkeypatch.setenv("TANDEM_TEMPORAL_ADDRESS", "cluster")
    assert tandem("tasks").sentence.startswith("TANDEM_TEMPORAL_ADDRESS: this is no host:port")
    monkeypatch.delenv("TANDEM_TEMPORAL_ADDRESS")
    monkeypatch.setenv("TANDEM_MAIL_SENDER", "the secretariat")
    assert tandem("tasks").sentence.startswith("TANDEM_MAIL_SENDER: this is no address")


def test_a_ledger_that_is_not_where_the_setting_says_is_named(
    tandem: Tandem, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TANDEM_DATABASE_URL", f"sqlite:///{tmp_path / 'nowhere.sqlite'}")
    assert f"no ledger at {tmp_path / 'nowhere.sqlite'} (TANDEM_DATABASE_URL)" in tandem("tasks").sentence


def test_a_mailbox_that_is_no_folder_is_named(
    tandem: Tandem, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("x")
    monkeypatch.setenv("TANDEM_MAILBOX", str(tmp_path / "file"))
    assert "is no folder (TANDEM_MAILBOX)" in tandem("mailbox").sentence


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


@pytest.mark.parametrize(
    "day",
    [
        "9999-12-31T23:59:59-05:00",
        "0001-01-01T00:00:00+05:00",
        "0001-01-01",
        "9999-12-31",
        "1999-12-31",
        "2101-01-01",
        "2022-W20",
        "20220501",
        "31.12.2022",
        "2022-02-30",
        "2022-05-01T09:00:00",
        "1e309",
        "",
    ],
)
def test_a_day_that_cannot_be_meant_is_refused(tandem: Tandem, day: str) -> None:
    told = tandem(
        *("partnership", "delegate", "C1-01", "--to", "c1-01.eu.deputy", "--until", day),
        *("--as", "c1-01.eu.focal"),
    )
    assert told.status == 2
    assert "Invalid value for '--until'" in told.err


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"--name": "   "}, "is no name"),
        ({"--name": "Nan\x07chang"}, "is no name"),
        ({"--country": "China"}, "'China' is no country; write its two letters"),
        ({"--country": "1"}, "is no country"),
    ],
)
def test_a_member_has_a_name_and_a_country(tandem: Tandem, changed: dict[str, str], words: str) -> None:
    given = {
        "--leaving": "Hangzhou",
        "--name": "Nanchang",
        "--country": "CN",
        "--level": "city",
        "--focal": "c1-01.cn.deputy",
        "--reason": "restructuring",
        "--agreed": "yes",
        "--as": "operator.one",
        **changed,
    }
    options = [word for option in given.items() for word in option]
    told = tandem("partnership", "replace-member", "C1-01", "cn", *options)
    assert told.status == 2
    assert words in " ".join(told.err.replace("│", " ").split())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("operator", "eu", "--to", "operator.two"), "operator is a role of programme, not of eu"),
        (("focal_point", "programme", "--to", "c1-01.eu.deputy"), "focal_point is a role of eu or cn"),
        (
            ("focal_point", "eu", "--leaving", "c1-01.eu.focal", "--to", "c1-01.eu.focal"),
            "cannot leave the role and take it over",
        ),
    ],
)
def test_a_role_is_held_where_it_belongs(tandem: Tandem, arguments: tuple[str, ...], words: str) -> None:
    told = tandem("partnership", "change-holder", "C1-01", *arguments, "--as", "operator.one")
    assert told.status == 2
    assert words in " ".join(told.err.replace("│", " ").split())


def test_a_role_looked_for_on_one_side_is_missed_on_that_side(tandem: Tandem) -> None:
    told = tandem("partnership", "resume", "C1-01", "--as", "operator.one", "--for-side", "eu").sentence
    assert "holds no role for the EU side in C1-01" in told


def test_evidence_is_a_document_or_words(tandem: Tandem, tmp_path: Path) -> None:
    (tmp_path / "list.pdf").write_bytes(b"attendance")
    told = tandem(
        *("partnership", "record-exchange", "C1-01", "ws-9", "virtual", "--held", "2021-10-01"),
        *("--eu", "3", "--cn", "4", "--evidence", "a list", "--document", tmp_path / "list.pdf"),
        *("--as", "operator.one"),
    )
    assert told.status == 2
    assert "give --document or --evidence, not both" in told.err


def test_reading_a_programme_file_can_be_told_to_a_program() -> None:
    files = Path(__file__).parents[2] / "programmes"
    result = CliRunner().invoke(
        app,
        [
            *("programme", "load", str(files / "iurc-china.yaml")),
            *("--people", str(files / "demonstration-people.yaml"), "--check", "--json"),
        ],
    )
    assert result.exit_code == 0
    told = json.loads(result.stdout)
    assert (told["programme"], len(told["partnerships"])) == ("11438", 20)
