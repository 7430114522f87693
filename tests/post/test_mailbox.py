"""The local mailbox: delivered into, listed and shown."""

from __future__ import annotations

import asyncio
import mailbox
import os
import secrets
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest

from domain.letters import Letter
from post.mailbox import MaildirCarrier, messages, show
from post.messages import enveloped
from post.ports import Envelope, PostTrouble
from post.rendering import rendered
from tests.post.specimens import ANA, LUCA, PEOPLE, SENDER, WANG, letter

ROOT = Path(__file__).parents[2]
_LETTERS = 300
_WRITER = f"""
import asyncio, sys
from pathlib import Path
from tests.post.test_mailbox import MaildirCarrier, envelope, letter

async def write():
    carrier = MaildirCarrier(Path(sys.argv[1]))
    for number in range({_LETTERS}):
        await carrier.carry(envelope(letter("asked", key=f"k/{{number}}")))

print("writing", flush=True)
asyncio.run(write())
"""


def envelope(told: Letter) -> Envelope:
    return enveloped(told, rendered(told, PEOPLE, SENDER), PEOPLE, SENDER, "tandem.example.eu")


@pytest.fixture
async def filled(tmp_path: Path) -> Path:
    path = tmp_path / "home" / "mail"
    carrier = MaildirCarrier(path)
    for told in (letter("asked"), letter("asked", WANG), letter("reminder/copied")):
        await carrier.carry(envelope(told))
    return path


def test_messages_are_listed_as_they_came_with_their_headers_in_words(filled: Path) -> None:
    rows = messages(filled)
    assert [row.number for row in rows] == [1, 2, 3]
    assert [row.to for row in rows] == [
        "Ana García López <ana.garcia@ayto.example.eu>",
        "王芳 <wangfang@drc.example.cn>",
        "Ana García López <ana.garcia@ayto.example.eu>",
    ]
    assert rows[0].date == datetime(2023, 2, 20, 8, tzinfo=UTC)
    assert rows[1].subject.startswith("[C1-01] 请审议《城市合作行动计划》第2版（双方审阅）")
    assert all(row.path.is_file() for row in rows)


def test_one_persons_messages_keep_their_numbers(filled: Path) -> None:
    assert [row.number for row in messages(filled, WANG.email.upper())] == [2]
    assert [row.number for row in messages(filled, ANA.email)] == [1, 3]
    assert [row.number for row in messages(filled, LUCA.email)] == [3]
    assert messages(filled, "nobody@example.eu") == []


def test_a_message_is_shown_with_its_headers_and_its_text(filled: Path) -> None:
    shown = show(filled, 2)
    assert shown.startswith("From: IURC China secretariat <secretariat@tandem.example.eu>\nTo: 王芳 <")
    assert "\nDate: Mon, 20 Feb 2023 16:00:00 +0800\nSubject: [C1-01] 请审议" in shown
    assert shown.endswith("\n\n" + rendered(letter("asked", WANG), PEOPLE, SENDER).text)
    assert "\nCc: Luca Moretti <luca.moretti@ayto.example.eu>\n" in show(filled, 3)


@pytest.mark.parametrize("number", [0, -1, 4])
def test_a_message_that_is_not_there_is_a_sentence(filled: Path, number: int) -> None:
    with pytest.raises(LookupError, match=f"the mailbox has no message {number}; there are 3"):
        show(filled, number)


def test_a_mailbox_that_is_not_there_yet_is_empty(tmp_path: Path) -> None:
    assert messages(tmp_path / "none") == []
    with pytest.raises(LookupError, match="it is empty"):
        show(tmp_path / "none", 1)


async def test_the_same_letter_delivered_again_is_one_message_even_when_it_was_read(filled: Path) -> None:
    carrier = MaildirCarrier(filled)
    await carrier.carry(envelope(letter("asked")))
    assert len(messages(filled)) == 3
    first = messages(filled)[0].path
    read = filled / "cur" / f"{first.name}:2,S"
    first.rename(read)
    await carrier.carry(envelope(letter("asked")))
    assert messages(filled)[0].path == read
    assert len(messages(filled)) == 3


async def test_what_lies_there_is_not_written_again(filled: Path) -> None:
    """Not even with the same name and other words: what a reader may have seen stays as it is."""
    first = messages(filled)[0].path
    first.write_text("Subject: as it was delivered\n\nread by somebody\n")
    await MaildirCarrier(filled).carry(envelope(letter("asked")))
    assert first.read_text().startswith("Subject: as it was delivered\n")
    assert len(messages(filled)) == 3


async def test_many_writers_of_one_letter_at_once_leave_one_whole_message(tmp_path: Path) -> None:
    told = envelope(letter("asked"))
    for place in range(20):
        path = tmp_path / str(place)
        await asyncio.gather(*(MaildirCarrier(path).carry(told) for _ in range(8)))
        (row,) = messages(path)
        assert row.path.read_bytes() == told.message.as_bytes().replace(b"\r\n", b"\n")
        assert not list((path / "tmp").iterdir())


def test_writers_that_are_killed_leave_every_letter_once_and_whole(tmp_path: Path) -> None:
    """Each begins with the first letter again, as somebody does who does not know which of them arrived."""
    seed = secrets.randbelow(100_000)
    print(f"seed {seed}")
    chance = Random(seed)
    path = tmp_path / "mail"
    command = [sys.executable, "-c", _WRITER, str(path)]
    held = []
    for _ in range(6):
        writer = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, text=True)
        assert writer.stdout is not None and writer.stdout.readline() == "writing\n"
        time.sleep(chance.uniform(0.05, 0.4))
        writer.kill()
        writer.communicate()
        held.append(len(messages(path)))
    subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    assert held[0] < _LETTERS, "all were written before the first kill, so nothing is proved"
    wanted = sorted(
        envelope(letter("asked", key=f"k/{number}")).message.as_bytes().replace(b"\r\n", b"\n")
        for number in range(_LETTERS)
    )
    assert sorted(row.path.read_bytes() for row in messages(path)) == wanted


async def test_what_a_writer_that_died_left_behind_harms_nobody(tmp_path: Path) -> None:
    path = tmp_path / "mail"
    mailbox.Maildir(path, create=True)
    name = str(envelope(letter("asked")).message["Message-ID"]).strip("<>").partition("@")[0]
    half = path / "tmp" / f"{name}.tandem.4711.1"
    half.write_text("Subject: half a let")
    old = half.stat().st_mtime - 40 * 3600
    os.utime(half, (old, old))
    await MaildirCarrier(path).carry(envelope(letter("asked")))
    assert len(messages(path)) == 1
    assert not list((path / "tmp").iterdir())


def test_any_mail_program_can_read_it(filled: Path) -> None:
    held = mailbox.Maildir(filled, create=False)
    assert len(held) == 3
    assert not list((filled / "tmp").iterdir())


def test_a_file_that_is_no_message_does_no_harm(filled: Path) -> None:
    for name, content in (
        ("a", b""),
        ("b", b"\xff\x00 nothing"),
        ("c", b"Date: never\nTo: =?x?=\nSubject: s\n\nt"),
    ):
        (filled / "new" / name).write_bytes(content)
    (filled / "new" / ".hidden").write_bytes(b"")
    rows = messages(filled)
    assert len(rows) == 6
    assert rows[-1].date is None and rows[-1].subject == "s"
    for row in rows:
        assert show(filled, row.number)


async def test_a_disk_that_refuses_is_trouble_and_not_the_end(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("a file where a folder should be")
    with pytest.raises(PostTrouble, match="the mailbox cannot be written to"):
        await MaildirCarrier(tmp_path / "mail").carry(envelope(letter("asked")))
