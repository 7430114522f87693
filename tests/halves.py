"""All tests, in two processes: those that wait for engines, and beside them, giving way to these, all others.

    python -m tests.halves

What the others say is printed once the first are through.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

WAITING = ("tests/faults", "tests/journeys", "tests/workflows", "tests/worker")
PYTEST = (sys.executable, "-m", "pytest", "--durations=15")


def main() -> int:
    others = [f"--ignore={folder}" for folder in WAITING]
    with tempfile.TemporaryFile() as said:
        # a cache of its own: two processes would write one over the other
        command = ["nice", *PYTEST, "-o", "cache_dir=.pytest_cache/others", "tests", *others]
        beside = subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        waiting = subprocess.Popen([*PYTEST, *WAITING])
        first, second = _ended(waiting), _ended(beside)
        print("\nand the others:", flush=True)
        said.seek(0)
        shutil.copyfileobj(said, sys.stdout.buffer)
        sys.stdout.flush()
    return first or second


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
