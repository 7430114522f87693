"""Copies of the home folder, what the doctor sees, and bringing both sides level, as an operator does it."""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
from collections.abc import Callable, Coroutine
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import pytest
from typer.testing import CliRunner

import audit
from client import copies
from client.asking import clockwork_of
from client.connection import connect
from client.copies import opened
from client.door import Door
from client.house import House
from client.settings import Settings, load
from console.cli import app
from domain import requests as rq
from domain.entities import partnership_of
from domain.terms import Stage
from domain.values import Refusal
from ledger.rows import LetterStatus, Programme
from tests.console.conftest import Said
from tests.console.life import enter_people
from tests.given import OPERATOR, START, founding
from tests.workflows.test_chapters import engage

pytestmark = pytest.mark.timeout(240)

CODES = ("C1-01", "C1-02")
R = TypeVar("R")


class Place:
    """A home folder of the embedded default, lived in and looked at."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.settings: Settings = load(home=home)

    def live(self, doing: Callable[[Door], Coroutine[Any, Any, R]]) -> R:
        """Have engine and worker run while somebody does something; all letters are out afterwards."""

        async def lived() -> R:
            async with House(self.settings):
                with opened(self.home / "ledger.sqlite") as ledger:
                    if not ledger.programmes():
                        enter_people(ledger)
                        begins = Programme(code="11438", title="T", origin=START, anchor=datetime.now(UTC))
                        ledger.put_programme(begins)
                    client = await connect(self.settings)
                    done = await doing(Door(client, ledger, clockwork_of(ledger, "11438"), 60))
                    for _ in range(600):
                        if not ledger.board().letters_waiting:
                            break
                        await asyncio.sleep(0.05)
                    return done

        return asyncio.run(lived())

    def tandem(self, *arguments: str | Path) -> Said:
        result = CliRunner().invoke(app, ["--home", str(self.home), *map(str, arguments)])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Said(result.exit_code, result.stdout, result.stderr)

    def engaged(self, code: str) -> int:
        with opened(self.home / "ledger.sqlite") as ledger:
            state = ledger.state(f"partnership/{code}")
            return 0 if state is None else len(partnership_of(state).organisations)

    def statuses(self) -> dict[LetterStatus, int]:
        with opened(self.home / "ledger.sqlite") as ledger:
            return ledger.tally().letters

    def delete(self, name: str) -> None:
        for file in (name, f"{name}-wal", f"{name}-shm"):
            (self.home / file).unlink(missing_ok=True)

    def sound(self) -> bool:
        with opened(self.home / "ledger.sqlite") as ledger:
            assert audit.verify(ledger).problems == ()
            assert audit.rebuild(ledger, check=True).problems == ()
        return True


async def _begun(door: Door) -> None:
    for code in CODES:
        await door.found(founding(code))
        await door.request(f"partnership/{code}", rq.OpenStage(stage=Stage.SCOPING), OPERATOR)
        await door.request(f"partnership/{code}", engage(1), OPERATOR)


async def _more(door: Door) -> None:
    for number in (2, 3):
        await door.request("partnership/C1-01", engage(number), OPERATOR)


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A home folder with a backup of it that was taken while it ran, and what was decided after that."""
    folder = tmp_path_factory.mktemp("recovering")
    place = Place(folder / "home")

    async def doing(door: Door) -> None:
        await _begun(door)
        said = await asyncio.to_thread(place.tandem, "backup", folder / "backup", "--json")
        assert (said.status, said.json["checkpoint"]["size"]) == (0, 6)
        await _more(door)

    place.live(doing)
    return place.home, folder / "backup"


@pytest.fixture
def place(lived: tuple[Path, Path], tmp_path: Path) -> Place:
    """A copy of that home folder, which the test may damage."""
    return Place(Path(shutil.copytree(lived[0], tmp_path / "home")))


@pytest.fixture
def backup(lived: tuple[Path, Path], tmp_path: Path) -> Path:
    return Path(shutil.copytree(lived[1], tmp_path / "backup"))


def test_level_is_told_and_nothing_is_done(place: Place) -> None:
    said = place.tandem("recover")
    assert (said.status, said.out) == (0, "OK: ledger and engine are level (2 entities)\n")
    with opened(place.home / "ledger.sqlite") as ledger:
        assert ledger.recoveries() == ()


def test_a_dry_run_changes_nothing(place: Place) -> None:
    place.delete("temporal.sqlite")
    before = place.tandem("ledger", "checkpoint").out
    said = place.tandem("recover", "--dry-run")
    assert said.status == 0
    assert "partnership/C1-01       5       0  engine lost" in said.out
    assert "Nothing was changed" in said.out
    assert place.tandem("ledger", "checkpoint").out == before


def test_a_lost_engine_lives_on_from_what_is_on_record(place: Place) -> None:
    place.delete("temporal.sqlite")
    said = place.tandem("recover", "--json")
    assert (said.status, said.json["done"]["recovery"]["restarted"]) == (0, 2)
    assert place.tandem("recover").out.startswith("OK")
    place.live(lambda door: door.request("partnership/C1-01", engage(9), OPERATOR))
    assert place.engaged("C1-01") == 4
    assert place.sound()


def test_a_command_of_before_is_known_again_after_a_recovery(place: Place) -> None:
    with opened(place.home / "ledger.sqlite") as ledger:
        known = next(entry for entry in ledger.entries("partnership/C1-01") if entry.number == 5)
    assert known.request is not None
    place.delete("temporal.sqlite")
    place.tandem("recover")
    answer = place.live(lambda door: door.request("partnership/C1-01", engage(3), OPERATOR, id=known.request))
    assert (answer.first, answer.last) == (5, 5)
    assert place.engaged("C1-01") == 3


def test_an_older_engine_is_brought_to_what_is_on_record(place: Place, backup: Path) -> None:
    place.delete("temporal.sqlite")
    shutil.copy(backup / "temporal.sqlite", place.home)
    said = place.tandem("recover")
    assert "partnership/C1-01       5       3  engine older" in said.out
    assert "partnership/C1-02" not in said.out
    place.live(lambda door: door.request("partnership/C1-01", engage(9), OPERATOR))
    assert (place.engaged("C1-01"), place.sound()) == (4, True)


def test_an_older_ledger_gets_its_entries_back_to_the_bit(place: Place, backup: Path) -> None:
    newest = place.tandem("ledger", "checkpoint").out
    place.delete("ledger.sqlite")
    shutil.copy(backup / "ledger.sqlite", place.home)
    said = place.tandem("recover")
    assert "2 entries taken out of the engine's histories, every one of them to the bit as it was" in said.out
    kept = place.home / "kept.txt"
    kept.write_text(newest)
    assert place.tandem("ledger", "verify", "--checkpoint", kept).status == 0
    assert (place.engaged("C1-01"), place.sound()) == (3, True)
    with opened(place.home / "ledger.sqlite") as ledger:
        (recovery,) = ledger.recoveries()
        assert (recovery.before, recovery.harvested, recovery.exact) == (6, 2, 2)


def test_a_lost_ledger_comes_back_and_says_who_is_missing(place: Place) -> None:
    place.delete("ledger.sqlite")
    shutil.rmtree(place.home / "mailbox")
    said = place.tandem("recover", "--json")
    did = said.json["done"]["recovery"]
    assert (did["before"], did["harvested"], did["exact"]) == (0, 8, 8)
    # every letter had ended, as the engine knows, so nobody is missing for one
    assert (did["letters_past"], did["letters_held"], did["people_missing"]) == (
        place.statuses()[LetterStatus.PAST],
        0,
        0,
    )
    assert place.sound()


def test_letters_that_went_out_since_an_older_ledger_do_not_go_again(place: Place, backup: Path) -> None:
    letters = sorted(path.name for path in (place.home / "mailbox" / "new").iterdir())
    assert letters
    place.delete("ledger.sqlite")
    shutil.copy(backup / "ledger.sqlite", place.home)
    with closing(sqlite3.connect(place.home / "ledger.sqlite")) as older, older:
        older.execute(
            "UPDATE letters SET status = 'planned', sent_at = NULL, message_id = NULL WHERE status = 'sent'"
        )
    assert place.tandem("recover").status == 0
    assert place.statuses()[LetterStatus.SENT] == len(letters)
    place.live(lambda door: asyncio.to_thread(place.tandem, "letters", "release"))
    assert sorted(path.name for path in (place.home / "mailbox" / "new").iterdir()) == letters


def test_held_letters_go_out_when_a_person_releases_them(place: Place) -> None:
    with closing(sqlite3.connect(place.home / "ledger.sqlite")) as damaged, damaged:
        damaged.execute("UPDATE letters SET status = 'held', sent_at = NULL, message_id = NULL")
    shutil.rmtree(place.home / "mailbox")
    count = place.statuses()[LetterStatus.HELD]
    assert place.tandem("letters", "list").out.count(" held ") == count
    assert "nothing is running" in place.tandem("letters", "release").sentence
    assert place.statuses() == {LetterStatus.HELD: count}
    said = place.live(lambda door: asyncio.to_thread(place.tandem, "letters", "release", "--json"))
    assert said.json == {"held": count, "doubtful": 0, "dropped": 0, "entities": 2, "still_doubtful": 0}
    after = place.statuses()
    assert set(after) == {LetterStatus.SENT, LetterStatus.WITHDRAWN}, "what is done is not asked for any more"
    assert sum(after.values()) == count
    assert len(list((place.home / "mailbox" / "new").iterdir())) == after[LetterStatus.SENT] > 0


@pytest.mark.parametrize("choice", ["send", "drop"])
def test_letters_in_doubt_wait_for_a_persons_word(place: Place, choice: str) -> None:
    with closing(sqlite3.connect(place.home / "ledger.sqlite")) as damaged, damaged:
        damaged.execute("UPDATE letters SET status = 'doubtful', sent_at = NULL, message_id = NULL")
    count = place.statuses()[LetterStatus.DOUBTFUL]

    async def doing(_: Door) -> tuple[Said, Said]:
        first = await asyncio.to_thread(place.tandem, "letters", "release")
        return first, await asyncio.to_thread(place.tandem, "letters", "release", "--doubtful", choice)

    first, _ = place.live(doing)
    assert f"{count} letters may have gone out before the restore already" in first.out
    ends = {LetterStatus.SENT, LetterStatus.WITHDRAWN} if choice == "send" else {LetterStatus.PAST}
    assert (set(place.statuses()), sum(place.statuses().values())) == (ends, count)


def test_a_backup_is_put_back_and_what_was_there_is_kept(place: Place, backup: Path) -> None:
    assert "holds data already" in place.tandem("restore", backup).sentence
    assert place.engaged("C1-01") == 3
    said = place.tandem("restore", backup, "--replace")
    assert said.status == 0
    assert place.engaged("C1-01") == 1
    (aside,) = place.home.glob("replaced-*")
    with opened(aside / "ledger.sqlite") as replaced:
        assert len(replaced.entries("partnership/C1-01")) == 5
    place.live(lambda door: door.request("partnership/C1-01", engage(9), OPERATOR))
    assert place.sound()


def test_a_backup_comes_up_in_an_empty_place(tmp_path: Path, backup: Path) -> None:
    place = Place(tmp_path / "elsewhere")
    assert place.tandem("restore", backup).status == 0
    assert place.engaged("C1-02") == 1
    assert place.sound()


def test_a_restored_backup_brings_nobody_back_who_was_erased(place: Place, backup: Path) -> None:
    assert place.tandem("people", "erase", "c1-01.eu.focal", "--yes").status == 0
    assert place.tandem("restore", backup, "--replace").status == 0
    with opened(place.home / "ledger.sqlite") as ledger:
        assert ledger.person_by_key("c1-01.eu.focal") is None
        assert ledger.person_by_key("c1-01.cn.focal") is not None


@pytest.mark.parametrize("name", ["ledger.sqlite", "temporal.sqlite", "manifest.json"])
def test_a_damaged_backup_is_refused_and_nothing_is_touched(place: Place, backup: Path, name: str) -> None:
    file = backup / name
    whole = bytearray(file.read_bytes())
    whole[len(whole) // 2] ^= 1
    file.write_bytes(whole)
    before = place.tandem("ledger", "checkpoint").out
    assert str(backup) in place.tandem("restore", backup, "--replace").sentence
    file.unlink()
    assert str(backup) in place.tandem("restore", backup, "--replace").sentence
    assert place.tandem("ledger", "checkpoint").out == before
    assert list(place.home.glob("replaced-*")) == []


def test_nothing_is_copied_over_anything(place: Place, backup: Path, tmp_path: Path) -> None:
    assert "already and not empty" in place.tandem("backup", backup).sentence
    (tmp_path / "file").write_text("mine")
    assert "already and not empty" in place.tandem("backup", tmp_path / "file").sentence
    assert place.tandem("backup", tmp_path / "fresh").status == 0
    with pytest.raises(Refusal, match="no backup"):
        copies.manifest_of(tmp_path)


def test_a_ledger_that_was_tampered_with_is_not_taken_for_a_backup(place: Place, tmp_path: Path) -> None:
    with closing(sqlite3.connect(place.home / "ledger.sqlite")) as damaged, damaged:
        damaged.execute("DROP TRIGGER entries_refuse_update")
        damaged.execute("UPDATE entries SET body = replace(body, 'engage', 'enrage') WHERE position = 4")
    assert "no backup was made of it" in place.tandem("backup", tmp_path / "new").sentence
    assert not (tmp_path / "new").exists()
    assert list(tmp_path.glob(".*")) == []


def test_a_cluster_is_copied_by_its_own_means(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TANDEM_DATABASE_URL", "postgresql://nobody@localhost/none")
    assert "TANDEM_DATABASE_URL is set" in place.tandem("backup", tmp_path / "new").sentence
    assert "TANDEM_DATABASE_URL is set" in place.tandem("restore", tmp_path).sentence


def test_what_runs_is_neither_recovered_nor_restored(place: Place, backup: Path) -> None:
    async def doing(_: Door) -> tuple[Said, Said]:
        return (
            await asyncio.to_thread(place.tandem, "recover"),
            await asyncio.to_thread(place.tandem, "restore", backup, "--replace"),
        )

    for said in place.live(doing):
        assert "stop it first" in said.sentence


def test_nothing_at_all_is_nothing_to_recover(tmp_path: Path) -> None:
    assert "nothing to recover" in Place(tmp_path / "empty").tandem("recover").sentence
    assert not (tmp_path / "empty").exists()


def _seen(said: Said) -> dict[str, tuple[str, str]]:
    return {one["check"]: (one["grade"], one["seen"]) for one in json.loads(said.out)}


def test_the_doctor_finds_nothing_wrong_with_a_house_that_runs(place: Place) -> None:
    said = place.live(lambda _: asyncio.to_thread(place.tandem, "doctor", "--json"))
    assert {grade for grade, _ in _seen(said).values()} == {"ok"}
    assert said.status == 0
    wanted = ("ledger", "tables", "guards", "engine", "retention", "search attributes", "workers")
    assert set(wanted) | {"failing tasks", "engine clock", "letters", "clock", "level"} <= _seen(said).keys()


def test_the_doctor_names_each_thing_that_is_wrong_with_its_remedy(place: Place, backup: Path) -> None:
    shutil.copy(backup / "temporal.sqlite", place.home)
    place.delete("temporal.sqlite-wal")
    with closing(sqlite3.connect(place.home / "ledger.sqlite")) as damaged, damaged:
        damaged.execute("DROP TRIGGER entries_refuse_delete")
        damaged.execute("UPDATE letters SET status = 'held'")
        damaged.execute(
            "UPDATE letters SET status = 'failed', last_error = 'mailbox full' "
            "WHERE key = (SELECT min(key) FROM letters)"
        )

    async def doing() -> Said:
        async with House(place.settings, worker=False):
            return await asyncio.to_thread(place.tandem, "doctor")

    said = asyncio.run(doing())
    assert said.status == 1
    for told in (
        "entries_refuse_delete",
        "1 not taken by the mail server yet (mailbox full)",
        "nobody works on tandem (decisions)",
        "1 of 2 entities: partnership/C1-01 (engine older)",
        "level: `tandem recover --dry-run` shows",
        "letters: see to the mail server",
        "workers: start `tandem worker`",
    ):
        assert told in said.out


def test_the_doctor_tells_of_a_house_that_is_not_there(tmp_path: Path) -> None:
    said = Place(tmp_path / "empty").tandem("doctor")
    assert said.status == 1
    assert "there is no ledger" in said.out and "nothing is running" in said.out
