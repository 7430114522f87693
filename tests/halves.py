"""All tests, in three processes: those that wait for engines, and beside them, giving way to these, all others.

    python -m tests.halves

The rules of the domain need no engine, so they have a process of their own; what these two say is printed once the
first are through.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO

THINKING = "tests/domain"
WAITING = ("tests/faults", "tests/journeys", "tests/workflows", "tests/worker")
PYTEST = (sys.executable, "-m", "pytest", "--durations=15")


def main() -> int:
    elsewhere = [f"--ignore={folder}" for folder in (*WAITING, THINKING)]
    with tempfile.TemporaryFile() as one, tempfile.TemporaryFile() as other:
        thinking = _beside(one, "domain", 19, THINKING)
        rest = _beside(other, "others", 10, "tests", *elsewhere)
        waiting = subprocess.Popen([*PYTEST, *WAITING])
        ends = [_ended(waiting), _ended(thinking), _ended(rest)]
        for said, what in ((one, "the domain"), (other, "the others")):
            print(f"\nand {what}:", flush=True)
            said.seek(0)
            shutil.copyfileobj(said, sys.stdout.buffer)
            sys.stdout.flush()
    return next((end for end in ends if end), 0)


def _beside(said: IO[bytes], name: str, niceness: int, *what: str) -> subprocess.Popen[bytes]:
    # a cache of its own: one process would write over another's
    command = ["nice", "-n", str(niceness), *PYTEST, "-o", f"cache_dir=.pytest_cache/{name}", *what]
    return subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)


def _ended(process: subprocess.Popen[bytes]) -> int:
    """Its status; a Ctrl-C has reached it as well, and it stops what it has started by itself, which takes a moment."""
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue


if __name__ == "__main__":
    os.chdir(Path(__file__).parents[1])
    sys.exit(main())
