"""All tests, in four processes on two processors: those that wait for parts that die, and beside them all others.

    python -m tests.all

The tests of faults take longest and mind most how late they are, so the others give way to them. The rules of the
domain need no engine; once they are through, the tests that wait for an engine begin in their place. What the others
say is printed once those of faults are through.
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
FAULTS = "tests/faults"
ENGINES = ("tests/journeys", "tests/workflows", "tests/worker")
PYTEST = (sys.executable, "-m", "pytest", "--durations=15")


def main() -> int:
    elsewhere = [f"--ignore={folder}" for folder in (THINKING, FAULTS, *ENGINES)]
    with (
        tempfile.TemporaryFile() as domain,
        tempfile.TemporaryFile() as engine,
        tempfile.TemporaryFile() as other,
    ):
        thinking = _beside(domain, "domain", 19, THINKING)
        rest = _beside(other, "others", 10, "tests", *elsewhere)
        faults = subprocess.Popen([*PYTEST, FAULTS])
        ends = [_ended(thinking)]
        engines = _beside(engine, "engine", 5, *ENGINES)
        ends += [_ended(one) for one in (faults, engines, rest)]
        for said, what in ((domain, "the domain"), (engine, "the engine"), (other, "the others")):
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
