"""Checkpoints kept in files: the size of the log and its newest hash, for comparing later."""

from __future__ import annotations

from pathlib import Path

from ledger.chain import Checkpoint


def write_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Write the line `tandem checkpoint <size> <hash>` into a file; OSError where that cannot be done."""
    path.write_text(f"{checkpoint.line}\n", encoding="ascii")


def read_checkpoint(path: Path) -> Checkpoint:
    """The checkpoint in a file: its line, anywhere in a text such as a letter, or JSON with size and head.

    ValueError, naming the file, where there is none in it; OSError where the file cannot be read.
    """
    try:
        return Checkpoint.read(path.read_text(encoding="utf-8"))
    except ValueError as error:
        reason = "it is not a text file" if isinstance(error, UnicodeDecodeError) else str(error)
        raise ValueError(f"{path}: {reason}") from None
