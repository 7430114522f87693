"""Wrong input on the way: incidents, travel, broadcasts that end a stop; one sentence, and nothing goes on record."""

from __future__ import annotations

from pathlib import Path

import pytest

from console import asking
from domain.entries import numbered
from domain.programme import founded
from ledger import open_ledger
from tests.console.conftest import Tandem
from tests.console.doors import QuickDoor, opened
from tests.console.test_visits import FOUND
from tests.given import on, programme_founding

INCIDENT = ("visit", "incident")
RESTRICT = ("partnership", "restrict-travel")
RESUME = ("partnership", "resume-travel")
GO_ON = ("programme", "broadcast", "resume")
LIFT = ("programme", "broadcast", "lift-suspension")
OPERATOR, FOCAL = "operator.one", "c1-01.eu.focal"
Words = tuple[str, ...]
TEXT, ORDER, SINCE = ("--text", "a strike"), ("--order", "letter 7"), ("--since", "2022-01-01")
LIFTED = (*ORDER, "--reason", "flood_over")
SIDE_ALONE = "name the country that member is in as well (--country CODE), or leave --side out"


@pytest.fixture(autouse=True)
def _everybody(tandem: Tandem, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Besides two partnerships a programme and a visit; the door is one without an engine."""
    monkeypatch.setattr(asking, "opened", opened)
    monkeypatch.setattr(QuickDoor, "at", on(2021, 10, 12))
    monkeypatch.setattr(QuickDoor, "silent", 0)
    ledger = open_ledger(f"sqlite:///{home / 'ledger.sqlite'}")
    first = programme_founding()
    state = founded(first)
    told = (first, *state.lapse(on(2021, 10, 12)))
    ledger.record(numbered(state.entity, 0, told, on(2021, 10, 12), None))
    ledger.close()
    found = tandem(*FOUND)
    assert (found.status, found.err) == (0, "")


def entries(home: Path) -> dict[str, int]:
    """How many entries of each entity are on record."""
    ledger = open_ledger(f"sqlite:///{home / 'ledger.sqlite'}")
    found = dict(ledger.entities())
    ledger.close()
    return found


@pytest.mark.parametrize(
    ("command", "arguments", "by", "sentence"),
    [
        (INCIDENT, ("V-99", *TEXT), OPERATOR, "there is no study visit V-99; on record are V-01"),
        (INCIDENT, ("v-01", *TEXT), OPERATOR, "there is no study visit v-01; did you mean V-01?"),
        (INCIDENT, ("C1-01", *TEXT), OPERATOR, "C1-01 is a partnership, not a study visit"),
        (
            INCIDENT,
            ("V-01", *TEXT),
            OPERATOR,
            "visit V-01 is not under way; an incident is reported from its first",
        ),
        (
            INCIDENT,
            ("V-01", *TEXT, "--over"),
            OPERATOR,
            "from its first day (2022-03-14) until the visit is recorded",
        ),
        (INCIDENT, ("V-01", "--text-file", "/nowhere/x"), OPERATOR, "cannot read /nowhere/x"),
        (
            RESTRICT,
            ("C9-99", "CN", *SINCE, *ORDER),
            OPERATOR,
            "no partnership C9-99; on record are C1-01, C1-02",
        ),
        (RESTRICT, ("V-01", "CN", *SINCE, *ORDER), OPERATOR, "V-01 is a study visit, not a partnership"),
        (
            RESTRICT,
            ("C1-01", "CN", *SINCE, "--until", "2021-12-31", *ORDER),
            OPERATOR,
            "a restriction ends after it begins, on 2022-01-01",
        ),
        (RESTRICT, ("C1-01", "CN", *SINCE, "--order-file", "/nowhere/x"), OPERATOR, "cannot read /nowhere/x"),
        (
            RESTRICT,
            ("C1-01", "CN", *SINCE, *ORDER),
            FOCAL,
            "only the operator or the eu delegation may record a travel restriction",
        ),
        (
            RESUME,
            ("C9-99", "CN", *SINCE, *ORDER),
            OPERATOR,
            "no partnership C9-99; on record are C1-01, C1-02",
        ),
        (
            RESTRICT,
            ("C1-01", "FR", *SINCE, *ORDER),
            OPERATOR,
            "nobody travels to FR for C1-01: its members are in CN and ES",
        ),
        (
            RESUME,
            ("C1-01", "CN", *SINCE, *ORDER),
            OPERATOR,
            "no restriction of travel to CN lasts until 2022-01-01; none is on record (restrict-travel)",
        ),
        (
            RESUME,
            ("C1-01", "CN", *SINCE, *ORDER),
            FOCAL,
            "only the operator or the eu delegation may record that travel goes on",
        ),
        (GO_ON, ("4711", "--reason", "over"), OPERATOR, "there is no programme 4711; on record are 11438"),
        (
            GO_ON,
            ("11438", "--reason", "over", "--only", "C9-99"),
            OPERATOR,
            "there is no partnership or other entity C9-99; on record are",
        ),
        (
            GO_ON,
            ("11438", "--reason", "over", "--country", "FR"),
            OPERATOR,
            "no entity that is under way fits; `tandem partnership list`",
        ),
        (
            GO_ON,
            ("11438", "--reason", "over"),
            FOCAL,
            "holds no role in 11438; the secretariat records one first",
        ),
        (LIFT, ("4711", *LIFTED), OPERATOR, "there is no programme 4711; on record are 11438"),
        (
            LIFT,
            ("11438", *LIFTED, "--only", "C9-99"),
            OPERATOR,
            "there is no partnership or other entity C9-99; on record are",
        ),
        (LIFT, ("11438", *LIFTED, "--cluster", "NONE"), OPERATOR, "is in cluster 'NONE'; there are INN"),
        (
            LIFT,
            ("11438", "--order-file", "/nowhere/x", "--reason", "over"),
            OPERATOR,
            "cannot read /nowhere/x",
        ),
        (LIFT, ("11438", *LIFTED), FOCAL, "holds no role in 11438; the secretariat records one first"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence_with_its_remedy(
    tandem: Tandem, home: Path, command: Words, arguments: Words, by: str, sentence: str
) -> None:
    before = entries(home)
    assert sentence in tandem(*command, *arguments, "--as", by).sentence
    assert entries(home) == before


@pytest.mark.parametrize(
    ("command", "arguments", "said"),
    [
        (INCIDENT, ("V-01",), "missing option --text (or --text-file)"),
        (INCIDENT, ("V-01", *TEXT, "--text-file", "x"), "--text"),
        (RESTRICT, ("C1-01", *SINCE, *ORDER), "COUNTRY"),
        (
            RESTRICT,
            ("C1-01", "China", *SINCE, *ORDER),
            "'China' is no country; write its two letters, such as ES or CN",
        ),
        (RESTRICT, ("C1-01", "CN", *ORDER), "--since"),
        (RESTRICT, ("C1-01", "CN", "--since", "soon", *ORDER), "'soon' is no day or time; write 2022-05-01"),
        (RESTRICT, ("C1-01", "CN", *SINCE, "--until", "2022-02-30", *ORDER), "'2022-02-30'"),
        (RESTRICT, ("C1-01", "CN", *SINCE), "missing option --order (or --order-file)"),
        (
            RESUME,
            ("C1-01", "China", *SINCE, *ORDER),
            "'China' is no country; write its two letters, such as ES or CN",
        ),
        (RESUME, ("C1-01", "CN", "--since", "soon", *ORDER), "'soon' is no day or time; write 2022-05-01"),
        (RESUME, ("C1-01", "CN", *SINCE), "missing option --order (or --order-file)"),
        (GO_ON, ("11438",), "--reason"),
        (GO_ON, ("11438", "--reason", "two words"), "'two words' is no code"),
        (GO_ON, ("11438", "--reason", "over", "--kind", "moon"), "'moon' is no kind; there are partnership"),
        (GO_ON, ("11438", "--reason", "over", "--stage", "dancing"), "'dancing'"),
        (GO_ON, ("11438", "--reason", "over", "--side", "eu"), SIDE_ALONE),
        (LIFT, ("11438", *ORDER), "--reason"),
        (LIFT, ("11438", "--reason", "over"), "missing option --order (or --order-file)"),
        (LIFT, ("11438", *LIFTED, "--side", "cn", "--component", "C1"), SIDE_ALONE),
        (LIFT, ("11438", *LIFTED, "--country", "China"), "'China' is no country"),
    ],
)
def test_a_wrong_call_says_how_to_call_it(
    tandem: Tandem, home: Path, command: Words, arguments: Words, said: str
) -> None:
    before = entries(home)
    told = tandem(*command, *arguments, "--as", OPERATOR)
    assert (told.status, told.out) == (2, "") and "Usage: " in told.err
    # the frame around it folds long sentences
    assert said in " ".join(told.err.replace("│", " ").split())
    assert entries(home) == before
