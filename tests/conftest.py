"""Options of the tests of faults: another seed, and the long form."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("faults")
    group.addoption(
        "--fault-seed", type=int, metavar="N", help="play the tests of faults with this seed alone"
    )
    group.addoption("--long", action="store_true", help="the long form of the tests of faults (make faults)")
