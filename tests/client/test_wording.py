"""What people type: one spelling, nothing hidden, no more than can be kept."""

from __future__ import annotations

import pytest

from client import wording
from domain import requests as rq
from domain.terms import Stage
from domain.values import Refusal
from tests.given import CN_FOCAL, EU_FOCAL, calendars, founding, holder


def test_a_text_has_one_spelling() -> None:
    assert wording.clean_text("Cafe\u0301\r\n杭州\ttwo\r") == "Café\n杭州\ttwo\n"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "the text is empty"),
        (" \n", "the text is empty"),
        ("a\0b", "character 2 is NUL"),
        ("bell\a", r"character 5 is U\+0007"),
        ("half \ud83d", r"character 6 is U\+D83D"),
        ("ä" * 8193, "16,386 bytes and may have 16,384"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_a_reason(text: str, sentence: str) -> None:
    with pytest.raises(Refusal, match=sentence):
        wording.clean_text(text)


def test_a_request_without_faults_stays_what_it_is() -> None:
    request = rq.OpenStage(stage=Stage.SCOPING)
    assert wording.clean(request) is request


def test_a_request_is_spelt_in_one_way() -> None:
    decomposed = founding().members[0].model_copy(update={"name": "Ma\u0301laga"})
    request = rq.ReplaceMember(
        leaving="Fuenlabrada",
        member=decomposed,
        holders=(holder(EU_FOCAL),),
        reason="merger",
        agreed=f"sha256:{'0' * 64}",
    )
    assert wording.clean(request).member.name == "Málaga"


def test_hidden_characters_in_a_request_are_refused_by_the_field_that_has_them() -> None:
    member = founding().members[0].model_copy(update={"acting": "agency\0"})
    with pytest.raises(Refusal, match=r"partnership_founded\.members\.1\.acting: character 7 is NUL"):
        wording.clean(founding().model_copy(update={"members": (member,)}))


def test_a_number_that_no_database_keeps_is_refused() -> None:
    with pytest.raises(Refusal, match="proposal: the number is too large"):
        wording.clean(rq.Confirm.model_construct(proposal=10**400))  # past the domain's own limit


def test_calendars_may_be_large_and_other_requests_may_not(monkeypatch: pytest.MonkeyPatch) -> None:
    size = len(calendars().model_dump_json())
    monkeypatch.setattr(wording, "COMMAND_LIMIT", 500)
    monkeypatch.setattr(wording, "DATA_LIMIT", size * 2)
    assert wording.clean(rq.AdoptCalendar(edition=calendars()))
    holders = tuple(held.model_copy(update={"zone": "x" * 400}) for held in (holder(EU_FOCAL),))
    replacing = rq.ReplaceMember(
        leaving="Fuenlabrada",
        member=founding().members[0],
        holders=holders,
        reason="merger",
        agreed=f"sha256:{'0' * 64}",
    )
    with pytest.raises(Refusal, match="bytes and may have 500; nothing was sent"):
        wording.clean(replacing)


def test_an_id_is_unique_and_belongs_to_one_request_of_one_person() -> None:
    request = rq.OpenStage(stage=Stage.SCOPING)
    first = wording.command_id("partnership/C1-01", request, EU_FOCAL)
    second = wording.command_id("partnership/C1-01", request, EU_FOCAL)
    assert first != second
    assert sorted((first, second)) == [first, second] or first[:14] == second[:14]
    assert wording.belongs(first, "partnership/C1-01", request, EU_FOCAL)
    assert not wording.belongs(first, "partnership/C1-02", request, EU_FOCAL)
    assert not wording.belongs(first, "partnership/C1-01", request, CN_FOCAL)
    assert not wording.belongs(first, "partnership/C1-01", rq.OpenStage(stage=Stage.CLOSING), EU_FOCAL)
    assert rq.Command(id=first, request=request, by=EU_FOCAL)
