"""One journey through the whole house: from a command by its engine to the ledger, and out as a letter by SMTP."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default as modern
from pathlib import Path
from typing import Any

import pytest
import yaml
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from typer.testing import CliRunner

from client.house import House
from client.settings import Settings
from console.cli import app
from tests.given import COMPLETE

pytestmark = pytest.mark.timeout(240)

_ROLES = (
    ("op", "operator", None, "Olga Erste"),
    ("op-2", "operator", None, "Otto Zweiter"),
    ("tl", "team_leader", None, "Tina Leiter"),
    ("eud", "eu_delegation", None, "Dora Delegat"),
    ("cm", "cluster_manager", None, "Mara Cluster"),
    ("eu.focal", "focal_point", "eu", "Elena García"),
    ("cn.focal", "focal_point", "cn", "李伟"),
)


class Inbox:
    """A mail server that keeps what it was given."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - its name
        assert isinstance(envelope.content, bytes)
        self.letters.append(BytesParser(EmailMessage, policy=modern).parsebytes(envelope.content))
        return "250 OK"

    def to(self, address: str) -> list[EmailMessage]:
        return [letter for letter in self.letters if address in str(letter["To"])]


@pytest.fixture
def inbox() -> Iterator[tuple[Inbox, int]]:
    kept = Inbox()
    with socket.socket() as probe:  # the controller asks for a port by number
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    server = Controller(kept, hostname="127.0.0.1", port=port)
    server.start()
    yield kept, port
    server.stop()


@pytest.fixture
async def home(tmp_path: Path, inbox: tuple[Inbox, int]) -> AsyncIterator[Path]:
    """A house that runs in a folder of its own and sends its letters to the inbox."""
    settings = Settings(
        home=tmp_path / "home",
        smtp_host="127.0.0.1",
        smtp_port=inbox[1],
        smtp_security="none",
        mail_sender="Tandem <tandem@example.org>",
    )
    house = House(settings)
    here = await house.start()
    processes = [one for one in (here.engine, here.worker) if one is not None]
    yield settings.home
    await house.stop()
    assert [process for process in processes if _runs(process)] == []


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def programme_file(folder: Path, today: date) -> Path:
    """A programme of one partnership that began today."""
    people = [
        {
            "key": key,
            "role": role,
            "name": name,
            "email": f"{key}@example.org",
            "language": "zh" if side == "cn" else "en",
            "zone": {"eu": "Europe/Madrid", "cn": "Asia/Shanghai"}.get(side or "", "Europe/Brussels"),
            "country": {"eu": "ES", "cn": "CN"}.get(side or "", "BE"),
            **({"partnership": "C1-01", "side": side} if side else {}),
        }
        for key, role, side, name in _ROLES
    ]
    content = {
        "programme": {
            "code": "4711",
            "title": "A small programme",
            "starts": str(today),
            "ends": str(today + timedelta(days=1000)),
            "components": [{"code": "C1", "kind": "city", "title": "Cities"}],
            "clusters": [{"code": "INN", "title": "Innovation"}],
            "calendar": {"first_year": today.year, "last_year": today.year + 3},
        },
        "partnerships": [
            {
                "code": "C1-01",
                "component": "C1",
                "cluster": "INN",
                "eu": {"name": "Fuenlabrada", "country": "ES", "level": "city", "zone": "Europe/Madrid"},
                "cn": {"name": "Hangzhou", "name_zh": "杭州", "level": "city"},
            }
        ],
        "demonstration": True,
        "people": people,
    }
    path = folder / "programme.yaml"
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return path


class Tandem:
    """The command line, called beside the house."""

    def __init__(self, home: Path) -> None:
        self._home = home

    async def __call__(self, *arguments: str | Path, status: int = 0) -> str:
        called = ["--home", str(self._home), *map(str, arguments)]
        result = await asyncio.to_thread(CliRunner().invoke, app, called)
        assert result.exit_code == status, (called, result.stdout, result.stderr, result.exception)
        return result.stdout if status == 0 else result.stderr

    async def json(self, *arguments: str | Path) -> Any:
        return json.loads(await self(*arguments, "--json"))


async def test_a_decision_travels_from_the_command_to_the_partners_mailbox(
    tmp_path: Path, home: Path, inbox: tuple[Inbox, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TANDEM_AS", raising=False)
    tandem, letters = Tandem(home), inbox[0]
    file = programme_file(tmp_path, datetime.now(UTC).date())

    second = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "console", "--home", str(home), "up"),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    said = (await second.communicate())[1].decode()
    assert second.returncode == 1
    assert "tandem: it is already running in" in said

    assert "1 partnership founded, 0 there already" in await tandem("programme", "load", file)
    assert "0 partnerships founded, 1 there already" in await tandem("programme", "load", file)
    assert "A small programme" in await tandem("programme", "show")

    opened = await tandem("partnership", "open-stage", "C1-01", "scoping", "--as", "op")
    assert "Next: Mara Cluster (cluster manager) is to hand in the scoping report" in opened
    refused = await tandem("partnership", "open-stage", "C1-01", "scoping", "--as", "eu.focal", status=1)
    assert refused.startswith("tandem: only the operator or the team leader may open a stage")

    form = tmp_path / "form.yaml"
    form.write_text(yaml.safe_dump(COMPLETE["scoping_report"]), encoding="utf-8")
    document = tmp_path / "report.pdf"
    document.write_bytes(b"%PDF-1.7 the report")
    hand_in = (
        "partnership",
        "submit",
        "C1-01",
        "scoping",
        "--file",
        form,
        "--document",
        document,
        "--as",
        "cm",
    )
    assert "version 1" in await tandem(*hand_in)
    assert "is being decided on" in await tandem(*hand_in, status=1)
    told = await tandem(
        "partnership", "decide", "C1-01", "G2", "approve", "--remark", "well done", "--as", "tl"
    )
    assert "gate G2 (scoping approved, version 1): approved" in told

    owed = await tandem.json("tasks")
    assert [(one["what"], one["names"]) for one in owed] == [("decide", "Elena García"), ("decide", "李伟")]
    assert "no date while it stands still" not in await tandem("deadline", owed[0]["receipt"])

    letter = await arrived(letters, "eu.focal@example.org", "decide")
    assert "tandem@example.org" in str(letter["From"])
    chinese = await arrived(letters, "cn.focal@example.org", "审议")
    assert "杭州" in text_of(chinese)
    assert "tandem checkpoint" in text_of(letter)

    kept = tmp_path / "letter.eml"
    kept.write_bytes(letter.as_bytes())
    await tandem("partnership", "decide", "C1-01", "G3", "approve", "--as", "eu.focal")
    await tandem("partnership", "decide", "C1-01", "G3", "approve", "--as", "cn.focal")
    history = await tandem("history", "C1-01", "--letters")
    assert "Tina Leiter (team leader) approved G2 (scoping approved, version 1); with a remark" in history
    assert "well done" not in history
    assert "Stage passed: scoping" in history
    assert "Elena García: approve; 李伟: approve" in await tandem("partnership", "show", "C1-01")
    assert "only the operator" in await tandem("attempts")

    assert "OK:" in await tandem("ledger", "verify")
    assert "agrees with the checkpoint" in await tandem("ledger", "verify", "--checkpoint", kept)
    assert "OK:" in await tandem("records", "rebuild", "--check")
    assert "OK:" in await tandem("replay", "C1-01")


async def arrived(inbox: Inbox, address: str, word: str) -> EmailMessage:
    """The letter to somebody with this word in its text, once it is there."""
    for _ in range(300):
        for letter in inbox.to(address):
            if word in text_of(letter):
                return letter
        await asyncio.sleep(0.1)
    raise AssertionError(
        f"no letter to {address} with {word!r}: {[str(one['Subject']) for one in inbox.letters]}"
    )


def text_of(letter: EmailMessage) -> str:
    body = letter.get_body(preferencelist=("plain",))
    assert isinstance(body, EmailMessage)
    return str(body.get_content())
