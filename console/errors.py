"""How a mistake ends: a sentence on stderr and an exit status, never a traceback for what a user did."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import typer
from pydantic import ValidationError
from rich.text import Text
from typer.core import TyperGroup

from client.troubles import Trouble
from client.yaml_files import WrongFile
from console import showing
from domain.values import Refusal

FAILED = 1
_MOST = 40


class Commands(TyperGroup):
    """The root of all commands: what they refuse or cannot do is told here, once."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except WrongFile as wrong:
            for problem in wrong.problems[:_MOST]:  # as compilers tell it, so that editors find the line
                showing.terminal(stderr=True).print(Text(problem))
            left = len(wrong.problems) - _MOST
            more = f", {left} of them not shown" if left > 0 else ""
            say(f"{showing.counted(len(wrong.problems), 'problem')} in the file{more}; nothing was loaded")
            raise typer.Exit(FAILED) from None
        except typer.BadParameter as wrong:
            wrong.message = wrong.message.removeprefix("Value error, ")
            raise
        except (Refusal, Trouble) as told:
            say(told.sentence)
            raise typer.Exit(FAILED) from None
        except BrokenPipeError:
            sys.stdout = None  # nobody reads any more; nothing is flushed at the end
            raise typer.Exit(FAILED) from None
        except OSError as wrong:  # a full disk, a folder that may not be written
            where = f"{wrong.filename}: " if wrong.filename else ""
            say(f"{where}{(wrong.strerror or str(wrong)).lower()}")
            raise typer.Exit(FAILED) from None


def say(sentence: str) -> None:
    """A sentence on stderr, as a command says what is wrong."""
    told = Text.assemble(("tandem: ", "bold red"), sentence)
    showing.terminal(stderr=True).print(told)


def misused(message: str) -> typer.BadParameter:
    """What to raise where an argument cannot be what was meant; the command ends with status 2."""
    return typer.BadParameter(message)


def as_sentence(wrong: ValidationError) -> str:
    """The first things a model found wrong, by field; values are not repeated."""
    told = []
    for one in wrong.errors(include_url=False, include_input=False)[:5]:
        where = ".".join(str(part) for part in one["loc"] if not str(part).startswith("function-"))
        said = one["msg"].removeprefix("Value error, ")
        told.append(f"{where}: {said[:1].lower()}{said[1:]}" if where else said)
    return "; ".join(told)


def read_text(path: Path) -> str:
    """The text of a file, of stdin for `-`; Refusal where it cannot be read or is no UTF-8 text."""
    try:
        raw = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
        return raw.decode("utf-8-sig")
    except OSError as error:
        raise Refusal(f"cannot read {path}: {(error.strerror or str(error)).lower()}") from None
    except UnicodeDecodeError:
        raise Refusal(f"{path} is not a text in UTF-8; save it as such") from None


def read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Refusal(f"cannot read {path}: {(error.strerror or str(error)).lower()}") from None
