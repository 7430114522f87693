"""Copies of the embedded default's home: taken while it runs, checked, and put back."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from client import whereabouts
from client.settings import Settings
from client.troubles import Trouble
from domain.values import Refusal, UtcTime, Value
from ledger.chain import Checkpoint
from ledger.copying import check_database, copy_database
from ledger.store import SqlLedger, installed_version, migrate, open_ledger

ENGINE, LEDGER = "temporal.sqlite", "ledger.sqlite"
MANIFEST = "manifest.json"
_FOLDERS = ("mailbox", "unanswered")
"""Folders of the home that go along: letters delivered on this machine, requests still to be asked again."""


class Manifest(Value):
    """What a backup holds: each file by its path, with the SHA-256 of its bytes, and the ledger's checkpoint."""

    made: UtcTime
    code: str
    """The version of the product that made it."""
    checkpoint: Checkpoint
    files: dict[str, str]


Check = Callable[[Path], None]
"""Told the copy of the ledger before it is relied on; raises Trouble where it is not as it was written."""


def backup(settings: Settings, target: Path, check: Check) -> Manifest:
    """Copy the home into a folder that does not exist yet or is empty, while it runs or not.

    The engine is copied first: what happens between the two copies is in the ledger then, and `restore` has the
    engine catch up. Nothing is left of a backup that fails. Refusal or Trouble in a sentence.
    """
    home = _embedded(settings)
    for name in (ENGINE, LEDGER):
        if not (home / name).exists():
            raise Trouble(f"there is no {name} in {settings.home}; nothing to copy (`tandem up` makes it)")
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise Refusal(f"{target} is there already and not empty; name a folder of its own for each backup")
    draft = target.absolute().with_name(f".{target.name}.unfinished-{os.getpid()}")
    with _worded(f"the backup to {target}"):
        draft.mkdir(parents=True)
        try:
            copy_database(home / ENGINE, draft / ENGINE)
            copy_database(home / LEDGER, draft / LEDGER)
            check(draft / LEDGER)
            for folder in _FOLDERS:
                if (home / folder).is_dir():
                    _copy_folder(home / folder, draft / folder)
            with opened(draft / LEDGER) as ledger:
                newest = ledger.checkpoint()
            manifest = Manifest(
                made=datetime.now(UTC),
                code=installed_version(),
                checkpoint=newest,
                files={name: _digest(draft / name) for name in sorted(_files(draft))},
            )
            (draft / MANIFEST).write_text(manifest.model_dump_json(indent=2) + "\n", encoding="utf-8")
            for written in (*(draft / name for name in manifest.files), draft / MANIFEST):
                _settle(written)
            if target.exists():
                target.rmdir()
            draft.rename(target)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise
    return manifest


def holds_data(settings: Settings) -> bool:
    """Whether the home has an engine's database or a ledger in it."""
    return any((settings.home / name).exists() for name in (ENGINE, LEDGER))


@contextmanager
def opened(path: Path) -> Iterator[SqlLedger]:
    """A ledger by its file, for as long as the block runs."""
    ledger = open_ledger(f"sqlite:///{path}")
    try:
        yield ledger
    finally:
        ledger.close()


def manifest_of(folder: Path) -> Manifest:
    """What a backup says it holds, after a look at every file of it; Refusal where it is none, or not whole."""
    try:
        manifest = Manifest.model_validate_json((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValidationError, UnicodeDecodeError):
        raise Refusal(f"{folder} is no backup: its {MANIFEST} is missing or cannot be read") from None
    with _worded(f"reading {folder}"):
        for name, digest in manifest.files.items():
            if not (folder / name).is_file():
                raise Refusal(f"{folder} is not whole: {name} is missing")
            if _digest(folder / name) != digest:
                raise Refusal(f"{folder} is damaged: {name} is not as it was when the backup was made")
        for name in (ENGINE, LEDGER):
            if name not in manifest.files:
                raise Refusal(f"{folder} is not whole: its {MANIFEST} names no {name}")
            check_database(folder / name)
    return manifest


def put_back(settings: Settings, folder: Path, *, replace: bool) -> Path | None:
    """Put a backup in place of what is in the home; where that was moved to, if there was anything.

    Letters of the copy that wait are held before anybody can send them. Letters delivered since stay in the
    mailbox, and whoever was erased since is erased again, as far as the data that were there still tell.
    Refusal where the house runs, or where there are data and they are not to be replaced.
    """
    home = _embedded(settings)
    if whereabouts.running(settings.home) is not None:
        raise Refusal(f"it is running in {settings.home}; stop it first (Ctrl-C where `tandem up` runs)")
    manifest_of(folder)
    present = [name for name in _data(home) if (home / name).exists()]
    if present and not replace:
        raise Refusal(
            f"{settings.home} holds data already; with --replace they are moved aside, never deleted"
        )
    aside = home / f"replaced-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}"
    with _worded(f"putting {folder} back"):
        home.mkdir(parents=True, exist_ok=True)
        fresh = home / ".restoring"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir()
        for name in (ENGINE, LEDGER):
            shutil.copyfile(folder / name, fresh / name)
        erased = _erased(home / LEDGER) if LEDGER in present else frozenset()
        _quieted(fresh / LEDGER, erased)
        if present:
            aside.mkdir()
        for name in present:
            (home / name).rename(aside / name)
        for name in (ENGINE, LEDGER):
            _settle(fresh / name)
            (fresh / name).rename(home / name)
        fresh.rmdir()
        for name in _FOLDERS:
            if (folder / name).is_dir():
                _copy_folder(folder / name, home / name)
    return aside if present else None


def _data(home: Path) -> Iterator[str]:
    for name in (ENGINE, LEDGER):
        yield name
        yield from (f"{name}-wal", f"{name}-shm")


def _embedded(settings: Settings) -> Path:
    """The home, where all data are in it; Refusal where a cluster or a database server holds them."""
    held = {
        "TANDEM_TEMPORAL_ADDRESS": settings.temporal_address,
        "TANDEM_DATABASE_URL": settings.database_url,
    }
    named = [name for name, value in held.items() if value is not None]
    if named:
        raise Refusal(
            f"{' and '.join(named)} {'is' if len(named) == 1 else 'are'} set, so the data are not in a folder of "
            "this machine; they are copied with the means of their servers (docs/operating.md, Restoring)"
        )
    return settings.home.absolute()


def _quieted(path: Path, erased: frozenset[str]) -> None:
    """Hold what waits in a copied ledger, and erase again whoever was erased since."""
    migrate(f"sqlite:///{path}")
    with opened(path) as ledger:
        ledger.hold_letters()
        for person in sorted(erased - ledger.erased()):
            ledger.erase_person(person)


def _erased(path: Path) -> frozenset[str]:
    """Whose data were erased, as the ledger tells that is put aside; nobody's, where it cannot be read any more."""
    try:
        migrate(f"sqlite:///{path}")
        with opened(path) as ledger:
            return ledger.erased()
    except Exception as error:
        # whatever ails the data that are put aside, the copy must still come back
        if type(error).__module__.startswith("sqlalchemy."):
            return frozenset()
        raise


def _copy_folder(source: Path, target: Path) -> None:
    """Copy what is not there yet, whatever comes and goes in the source meanwhile."""
    for path in sorted(source.rglob("*")):
        copied = target / path.relative_to(source)
        if path.is_dir():
            copied.mkdir(parents=True, exist_ok=True)
        elif not copied.exists():
            copied.parent.mkdir(parents=True, exist_ok=True)
            try:
                shutil.copy2(path, copied)
            except FileNotFoundError:
                continue  # read or moved on since


def _files(folder: Path) -> Iterator[str]:
    return (str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _settle(path: Path) -> None:
    """Have the disk keep a file before anybody relies on it."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


@contextmanager
def _worded(what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Trouble(f"{what} failed: {error.strerror or error}") from error
    except ValueError as error:
        raise Trouble(f"{what} failed: {error}") from error
