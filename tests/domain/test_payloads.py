"""What enters a history: codes, hashes, dates and places, in order, and nothing a person has written."""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Any, get_args, get_origin

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from domain import events as ev
from domain import requests as rq
from domain.entries import Entry
from domain.partnership import Partnership
from domain.programme import Programme
from domain.stages import STEPS, default_terms
from domain.values import Holder, Member, Role, Side, StakeholderGroup
from tests.domain.wandering import life
from tests.given import EU_FOCAL, START, founding, holder, text

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:/-]{0,99}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)")
PLACES = ("name", "name_zh", "acting", "leaving")
"""Keys under which a place stands in an event."""


def strings(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Every string in plain JSON values, with the key it stands under; calendars' names of holidays left out."""
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, dict):
        for name, inner in value.items():
            if name != "edition":
                yield from strings(inner, str(name))
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner, key)


PROGRAMMES_WORDS = {word for _, word in strings(default_terms().model_dump(mode="json"))} | {
    *StakeholderGroup,
    "end of the programme",
}
"""What the terms themselves say: titles of gates, names of cut-offs, the basis of a silence."""


def models(annotation: Any) -> Iterator[type[BaseModel]]:
    """Every model an annotation can hold, at any depth."""
    seen: list[type[BaseModel]] = []

    def walk(one: Any) -> None:
        if isinstance(one, type) and issubclass(one, BaseModel) and one not in seen:
            seen.append(one)
            for field in one.model_fields.values():
                walk(field.annotation)
        for inner in get_args(one):
            walk(inner)

    walk(annotation)
    yield from seen


EVERYTHING = [
    *models(ev.AnyEvent),
    *models(rq.AnyRequest),
    *models(Partnership),
    *models(Programme),
    *models(Entry),
    *(step.deliverable for step in STEPS),
]


def test_no_free_text_enters_an_event() -> None:
    """In 40 random lives: codes, ids, hashes, times, and the programme's own words; spaces only in places."""
    for seed in range(40):
        for event in life(seed).events:
            for key, word in strings(event.model_dump(mode="json")):
                if key in PLACES or word in PROGRAMMES_WORDS or not word:
                    continue
                assert _CODE.fullmatch(word) or _TIME.fullmatch(word), f"{event.kind}.{key}: {word!r}"


def test_no_name_of_a_person_enters_the_founding() -> None:
    """People are ids; an id is not a name, an address or a number one could write to."""
    for held in founding().holders:
        assert re.fullmatch(r"p-[0-9a-z]{6,40}", held.person)
        assert not {"name", "email", "phone"} & set(type(held).model_fields)
    for wrong in ("Wang Fang", "wang@example.org", "p-Wang", "+8613812345678", ""):
        with pytest.raises(ValidationError):
            Holder.model_validate(holder(EU_FOCAL).model_dump() | {"person": wrong})


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        (rq.Decide, "remark"),
        (rq.Clarify, "question"),
        (rq.Answer, "answer"),
        (rq.AskAdvice, "question"),
        (rq.Withdraw, "notice"),
        (rq.Suspend, "order"),
        (rq.LogContact, "note"),
        (rq.ReplaceMember, "agreed"),
        (rq.Merge, "consent"),
        (rq.Extend, "addendum"),
    ],
)
def test_words_of_people_come_as_hashes_only(kind: type[BaseModel], field: str) -> None:
    schema = TypeAdapter(kind.model_fields[field].rebuild_annotation())
    assert schema.validate_python(text("what she said")) == text("what she said")
    for wrong in ("what she said", "sha256:123", ""):
        with pytest.raises(ValidationError):
            schema.validate_python(wrong)


def test_reasons_are_codes() -> None:
    for request in (rq.Hold, rq.Propose, rq.Withdraw, rq.ReplaceMember):
        schema = TypeAdapter(request.model_fields["reason"].rebuild_annotation())
        with pytest.raises(ValidationError):
            schema.validate_python("the mayor is ill, see my mail")


def test_no_request_has_a_field_that_takes_any_text() -> None:
    """Each string a request can carry is a code, a hash, an id, a place, a zone or one of a few words."""
    open_fields = []
    for request in get_args(get_args(rq.AnyRequest)[0]):
        for name, field in request.model_fields.items():
            if field.annotation is str and not field.metadata:
                open_fields.append(f"{request.__name__}.{name}")
    for model in (Member, Holder):
        for name, field in model.model_fields.items():
            if field.annotation is str and not field.metadata:
                open_fields.append(f"{model.__name__}.{name}")
    assert open_fields == []


def _has_set(annotation: Any) -> bool:
    if get_origin(annotation) in (set, frozenset) or annotation in (set, frozenset):
        return True
    return any(_has_set(inner) for inner in get_args(annotation))


def test_nothing_in_a_payload_is_a_set() -> None:
    """The order of a set differs from run to run, and a replay would differ with it."""
    for model in EVERYTHING:
        for name, field in model.model_fields.items():
            assert not _has_set(field.annotation), f"{model.__name__}.{name}"


def test_every_payload_is_frozen_and_ignores_what_later_versions_add() -> None:
    for model in EVERYTHING:
        assert model.model_config.get("frozen"), model.__name__
        assert model.model_config.get("extra", "ignore") == "ignore", model.__name__
    first = founding()
    assert ev.PartnershipFounded.model_validate(first.model_dump() | {"tomorrow": 1}) == first


def test_every_event_and_request_is_told_apart_by_its_kind() -> None:
    for union, base in ((ev.AnyEvent, ev.Event), (rq.AnyRequest, BaseModel)):
        kinds = [one.model_fields["kind"].default for one in get_args(get_args(union)[0])]
        assert len(kinds) == len(dict.fromkeys(kinds))
        assert all(issubclass(one, base) for one in get_args(get_args(union)[0]))
    every = {one.__name__ for one in ev.Event.__subclasses__()}
    assert every == {one.__name__ for one in get_args(get_args(ev.AnyEvent)[0])}


def test_a_zone_that_does_not_exist_is_refused_with_an_example() -> None:
    """Else reminders would fail on the day they are due."""
    wrong = holder(EU_FOCAL).model_dump() | {"zone": "Europe/Fuenlabrada"}
    with pytest.raises(ValidationError, match="is not an IANA time zone such as 'Europe/Brussels'"):
        Holder.model_validate(wrong)


def test_a_time_without_its_zone_is_refused() -> None:
    wrong = holder(EU_FOCAL).model_dump() | {"since": START.replace(tzinfo=None)}
    with pytest.raises(ValidationError, match="a time needs its zone"):
        Holder.model_validate(wrong)


def test_enumerations_travel_as_their_words() -> None:
    for enum in (Role, Side, ev.End, ev.Outcome, rq.Verdict):
        assert issubclass(enum, StrEnum)
