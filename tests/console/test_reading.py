"""What the reading commands answer, as a person and as a program reads it; no house is running."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from console import deadlines
from console.telling import Names
from domain.clocks import Receipt
from tests.console.conftest import Tandem
from tests.given import MANAGER

READING = (
    ("tasks",),
    ("tasks", "--overdue"),
    ("board",),
    ("indicators",),
    ("history", "C1-01"),
    ("deadline", "C1-01/G2/1"),
    ("calendar", "ES", "2022"),
    ("mailbox",),
    ("mailbox", "list"),
    ("attempts",),
    ("settings",),
    ("partnership", "list"),
    ("partnership", "show", "C1-01"),
    ("partnership", "terms", "C1-01"),
    ("partnership", "template", "action_plan"),
    ("people", "list"),
    ("people", "show", "c1-01.eu.focal"),
    ("programme", "show"),
    ("ledger", "verify"),
    ("ledger", "checkpoint"),
    ("records", "rebuild", "--check"),
)


@pytest.mark.parametrize("command", READING, ids=" ".join)
def test_every_reading_command_speaks_json_and_nothing_else(tandem: Tandem, command: tuple[str, ...]) -> None:
    told = tandem(*command, "--json")
    assert (told.status, told.err) == (0, "")
    assert told.json is not None


@pytest.mark.parametrize("command", READING, ids=" ".join)
def test_every_reading_command_speaks_to_people_in_a_pipe(tandem: Tandem, command: tuple[str, ...]) -> None:
    told = tandem(*command)
    assert told.status == 0
    assert told.out.strip()
    assert "\x1b" not in told.out
    assert not [line for line in told.out.splitlines() if line != line.rstrip()]


def test_tasks_come_the_most_overdue_first(tandem: Tandem) -> None:
    owed = tandem("tasks", "--json").json
    late = [task["overdue_days"] for task in owed]
    assert late == sorted(late, reverse=True)
    assert late[0] > 0
    first = tandem("tasks").out.splitlines()[1]
    assert f"{late[0]} d" in first


def test_a_task_says_who_what_since_when_and_its_receipt(tandem: Tandem) -> None:
    line = next(one for one in tandem("tasks").out.splitlines() if "G5.review" in one)
    assert "Elena García (EU focal point)" in line
    assert "decide G5.review v1: both sides review" in line
    assert "2021-08-20" in line
    assert "2021-09-10" in line
    assert line.endswith("C1-01/G5.review/1")


def test_tasks_can_be_narrowed_and_sorted(tandem: Tandem) -> None:
    overdue = tandem("tasks", "--overdue", "--json").json
    assert overdue
    assert all(task["overdue_days"] for task in overdue)
    assert {task["partnership"] for task in tandem("tasks", "-p", "C1-02", "--json").json} == {"C1-02"}
    own = tandem("tasks", "--owner", "c1-01.eu.focal", "--json").json
    assert [task["task"] for task in own] == ["decide/G5.review/1/0"]
    since = [task["since"] for task in tandem("tasks", "--sort", "since", "--json").json]
    assert since == sorted(since)


def test_nobody_owing_anything_is_said(tandem: Tandem) -> None:
    assert tandem("tasks", "--owner", "counterpart").out == "Nobody owes anything.\n"


def test_a_receipt_shows_stops_and_counted_days(tandem: Tandem) -> None:
    told = tandem("deadline", "C1-01/G2/1").out
    assert "Deadline C1-01/G2/1: scoping approved" in told
    assert "stopped   2021-04-26 to 2021-05-06: clarification, by Tina Leader" in told
    assert "sha256:" in told
    folded = len(told.splitlines())
    every = tandem("deadline", "C1-01/G2/1", "--all").out
    days = [
        line
        for line in every.splitlines()
        if line[:4] in ("Mon ", "Tue ", "Wed ", "Thu ", "Fri ", "Sat ", "Sun ")
    ]
    assert len(every.splitlines()) > folded
    assert len(days) == len(tandem("deadline", "C1-01/G2/1", "--json").json["lines"])


def test_a_receipt_leaves_out_stops_that_were_over_before(tandem: Tandem) -> None:
    assert "stopped" not in tandem("deadline", "C1-01/G5.review/1").out


def test_a_stop_after_the_last_day_is_said_to_have_moved_nothing(tandem: Tandem) -> None:
    told = tandem("deadline", "C1-01/G2/1", "--json").json
    receipt = Receipt.model_validate({name: told[name] for name in Receipt.model_fields})
    assert receipt.deadline is not None
    after = receipt.deadline.at + timedelta(days=3)
    late = receipt.spans[0].model_copy(update={"since": after, "until": after + timedelta(days=9)})
    receipt = receipt.model_copy(update={"spans": (receipt.spans[0], late)})
    stops = [said for name, said in deadlines._reckoning(receipt, Names({})) if name == "stopped"]
    assert [said is not None and said.endswith("so nothing moved") for said in stops] == [False, True]


def test_history_folds_idle_time_and_letters(tandem: Tandem) -> None:
    told = tandem("history", "C1-01").out
    assert "… 44 days, nothing but 3 reminders …" in told
    assert "→ 5 letters" in told
    assert "Mara Manager (cluster manager) handed in the scoping report, version 1" in told
    assert "王 芳 for 李 伟 (CN focal point) approved G5.review" in told
    unfolded = tandem("history", "C1-01", "--letters").out
    assert "→ welcome: Elena García (planned)" in unfolded
    assert (
        "Reminder to Mara Manager: hand in the scoping report, 10 working days before its due day" in unfolded
    )
    assert "nothing but" not in unfolded


def test_history_shows_times_in_the_zone_wanted(tandem: Tandem) -> None:
    assert "2021-03-01 16:00  Founded" in tandem("history", "C1-01", "--zone", "Asia/Shanghai").out
    assert tandem("history", "C1-01", "--zone", "Mars/Olympus").status == 2


def test_history_shows_the_id_of_somebody_erased(tandem: Tandem) -> None:
    assert tandem("people", "erase", "cluster.inn", "--yes").status == 0
    told = tandem("history", "C1-01").out
    assert "Mara Manager" not in told
    assert f"{MANAGER.person} (cluster manager) handed in" in told
    assert tandem("ledger", "verify").status == 0


def test_erasing_asks_first(tandem: Tandem) -> None:
    refused = tandem("people", "erase", "cluster.inn", stdin="n\n")
    assert refused.status == 1
    assert "Mara Manager" in refused.err
    assert tandem("people", "show", "cluster.inn").status == 0


def test_history_as_json_holds_every_entry(tandem: Tandem) -> None:
    entries = tandem("history", "C1-01", "--json").json
    assert [entry["number"] for entry in entries] == list(range(1, len(entries) + 1))
    assert entries[0]["kind"] == "partnership_founded"
    assert all(entry["told"] and entry["hash"] for entry in entries)


def test_calendar_counts_each_country_and_both(tandem: Tandem) -> None:
    told = tandem("calendar", "es", "2022")
    assert "\n2022-10   20   18     15\n" in told.out
    assert "make-up day for National Day" in told.out
    year = tandem("calendar", "ES", "2022", "--json").json
    assert year["working_days"]["2022-02"] == {"ES": 20, "CN": 16, "joint": 16}
    assert {"day": "2022-10-08", "why": "make-up day for National Day"} in year["worked_weekend_days"]
    assert "joint" not in tandem("calendar", "CN", "2022").out


def test_a_calendar_beyond_chinas_list_is_provisional(tandem: Tandem) -> None:
    assert "Provisional: China has published its list up to" in tandem("calendar", "ES", "2040").out
    assert tandem("calendar", "ES", "2040", "--json").json["provisional"]
    assert not tandem("calendar", "ES", "2022", "--json").json["provisional"]


def test_attempts_name_who_tried_what(tandem: Tandem) -> None:
    told = tandem("attempts").out
    assert "Elena García (EU focal point)" in told
    assert "open-stage" in told
    assert tandem("attempts", "-p", "C1-02").out == "No refused attempt that matters is on record.\n"


def test_a_checkpoint_can_be_kept_and_compared(tandem: Tandem, tmp_path: Path) -> None:
    line = tandem("ledger", "checkpoint").out
    assert line.startswith("tandem checkpoint ")
    kept = tmp_path / "friday.txt"
    kept.write_text(line)
    assert "agrees with the checkpoint" in tandem("ledger", "verify", "--checkpoint", kept).out
    assert tandem("ledger", "verify", "--checkpoint", "-", stdin=f"From a letter:\n{line}").status == 0
    kept.write_text(line.replace(line.split()[2], "9999", 1))  # the same digits may stand in the hash
    cut = tandem("ledger", "verify", "--checkpoint", kept)
    assert cut.status == 1
    assert "its end was cut off" in cut.out
    assert not tandem("ledger", "verify", "--checkpoint", kept, "--json").json["clean"]


def test_a_changed_record_is_found_and_put_right(tandem: Tandem, home: Path) -> None:
    connection = sqlite3.connect(home / "ledger.sqlite")
    with connection:
        connection.execute("UPDATE gates SET outcome = 'rejected' WHERE gate = 'G2/2'")
    connection.close()
    found = tandem("records", "rebuild", "--check")
    assert found.status == 1
    assert "outcome is rejected, by the entries it is approved" in found.out
    assert tandem("records", "rebuild").status == 0
    assert tandem("records", "rebuild", "--check").status == 0


def test_the_board_counts_gates_and_the_funnel(tandem: Tandem) -> None:
    board = tandem("board", "--json").json
    assert [one["code"] for one in board["partnerships"]] == ["C1-01", "C1-02"]
    assert board["funnel"]["founded"] == 2
    assert board["funnel"]["scoping passed"] == 1
    assert board["totals"]["gates_settled"] == 3


def test_the_board_comes_in_pages(tandem: Tandem) -> None:
    first = tandem("board", "--limit", "1")
    assert "C1-01" in first.out and "C1-02" not in first.out
    assert first.out.splitlines()[-1] == "The next ones: tandem board --limit 1 --after C1-01"
    (second,) = tandem("board", "--limit", "1", "--after", "C1-01", "--json").json["partnerships"]
    assert second == tandem("board", "--json").json["partnerships"][1]
    assert tandem("board", "--limit", "1", "--after", "C1-02").out == "No further partnership is on record.\n"


def test_the_most_urgent_tasks_of_all(tandem: Tandem) -> None:
    owed = tandem("tasks", "--json").json
    assert tandem("tasks", "--limit", "2", "--json").json == owed[:2]
    assert tandem("tasks", "--limit", "2", "--owner", "c1-01.eu.focal").status == 2


def test_settings_hide_secrets(tandem: Tandem, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TANDEM_SMTP_USERNAME", "post")
    monkeypatch.setenv("TANDEM_SMTP_PASSWORD", "canary-4711")
    monkeypatch.setenv("TANDEM_SMPT_HOST", "mail.example.org")
    told = tandem("settings")
    assert "canary-4711" not in told.out + told.err + tandem("settings", "--json").out
    assert "TANDEM_SMTP_USERNAME = post  (set)" in told.out
    assert "TANDEM_SMPT_HOST" in told.err


def test_terms_come_back_as_they_were_printed(tandem: Tandem, tmp_path: Path) -> None:
    from console import termsfile
    from domain.stages import default_terms

    printed = tandem("partnership", "terms", "C1-01").out
    assert termsfile.read(tmp_path / "terms.yaml", printed) == default_terms()


@pytest.mark.parametrize(
    "command", [("history", "C1-01"), ("indicators",), ("board",), ("partnership", "show", "C1-01")]
)
def test_an_entry_that_was_tampered_with_is_named_and_so_is_what_finds_out(
    tandem: Tandem, home: Path, command: tuple[str, ...]
) -> None:
    with sqlite3.connect(home / "ledger.sqlite") as connection:
        connection.execute("DROP TRIGGER entries_refuse_update")
        connection.execute(
            "UPDATE entries SET body = replace(body, 'operator', '0perator') WHERE position = 3"
        )
        connection.execute("DELETE FROM states")
    connection.close()
    said = tandem(*command).sentence
    assert said.startswith("entry 3 of partnership/C1-01 cannot be read") and "`tandem ledger verify`" in said
