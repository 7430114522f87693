"""Forms of deliverables: what is printed can be filled in, and what is filled in wrong is told with its line."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from console import forms, meanings
from domain.deliverables import Deliverable
from domain.stages import STEPS
from domain.values import Refusal
from tests.console.conftest import Tandem
from tests.given import COMPLETE, deliverable, text

KINDS = [step.deliverable for step in STEPS]
VERSION = text("a version")


def read(model: type[Deliverable], content: str) -> Deliverable:
    return forms.checked(Path("form.yaml"), content, model, VERSION)


def wrong(content: str) -> str:
    with pytest.raises(Refusal) as refused:
        read(forms.kinds()["scoping_report"], content)
    return refused.value.sentence


def changed(changes: dict[str, Any] | None = None, without: str = "", kind: str = "scoping_report") -> str:
    """A complete form as YAML, each field on a line of its own, changed where the test wants it."""
    content = {name: value for name, value in COMPLETE[kind].items() if name != without} | (changes or {})
    return "\n".join(f"{name}: {json.dumps(value)}" for name, value in content.items())


@pytest.mark.parametrize("model", KINDS, ids=meanings.label)
def test_every_field_has_its_meaning(model: type[Deliverable]) -> None:
    for field in meanings.lines(model):
        assert field.meaning
        assert field.allowed


@pytest.mark.parametrize("model", KINDS, ids=meanings.label)
def test_the_printed_form_is_yaml_with_every_field(model: type[Deliverable]) -> None:
    printed = yaml.safe_load(forms.as_yaml(model))
    assert list(printed) == ["kind", *(field.name for field in meanings.lines(model))]
    assert printed == forms.as_json(model)


@pytest.mark.parametrize("model", KINDS, ids=meanings.label)
def test_the_empty_form_names_what_is_missing(model: type[Deliverable]) -> None:
    with pytest.raises(Refusal) as refused:
        read(model, forms.as_yaml(model))
    needed = [
        field.name for field in meanings.lines(model) if field.needed and not field.many and not field.inner
    ]
    for name in needed:
        assert f"{name} is missing: " in refused.value.sentence


@pytest.mark.parametrize("model", KINDS, ids=meanings.label)
def test_a_form_filled_in_is_the_deliverable(model: type[Deliverable]) -> None:
    kind = meanings.label(model)
    wanted = deliverable(kind).model_copy(update={"version": VERSION})
    assert read(model, yaml.safe_dump(COMPLETE[kind] | {"kind": kind})) == wanted
    assert read(model, json.dumps(COMPLETE[kind])) == wanted
    assert not wanted.gaps()


def test_an_unknown_field_is_refused_with_the_nearest_and_its_line() -> None:
    told = wrong("topic: x\n" + changed(without="topic") + "\npilot_idea: 3")
    assert (
        "form.yaml:11: there is no field 'pilot_idea' in a scoping report; did you mean 'pilot_ideas'?"
        in told
    )


def test_fields_inside_parts_are_checked_too() -> None:
    plan = copy.deepcopy(COMPLETE["action_plan"])
    plan["actions"] = [plan["actions"][0] | {"owner": "x"}]
    with pytest.raises(Refusal, match=r"there is no field 'owner' in actions\[1\] \(action\)"):
        read(forms.kinds()["action_plan"], yaml.safe_dump(plan))
    del plan["actions"][0]["owner"]
    del plan["actions"][0]["indicators"][0]["has_target"]
    with pytest.raises(
        Refusal, match=r"actions\[1\]\.indicators\[1\]\.has_target is missing: whether its target"
    ):
        read(forms.kinds()["action_plan"], yaml.safe_dump(plan))
    plan["actions"][0]["indicators"][0]["has_target"] = "perhaps"
    with pytest.raises(Refusal, match=r"has_target is perhaps; it is true or false"):
        read(forms.kinds()["action_plan"], yaml.safe_dump(plan))


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("pages", "six", "pages is six; it is a whole number"),
        ("pages", "-1", "pages is -1; it is a whole number"),
        ("summary_zh", "maybe", "summary_zh is maybe; it is true or false"),
        ("topic", "digital skills", "topic is digital skills; it is a code"),
        ("fact_sheets", ["eu", "us"], "fact_sheets[2] is us; it is eu or cn"),
        ("groups", {"eu": ["choir"]}, "groups.eu[1] is choir"),
        ("groups", "many", "groups"),
        ("fact_sheets", "eu", "fact_sheets"),
    ],
)
def test_a_wrong_value_is_told_with_what_may_stand_there(field: str, value: object, words: str) -> None:
    assert words in wrong(changed({field: value}))


def test_values_are_read_as_they_were_written() -> None:
    report = read(forms.kinds()["scoping_report"], changed({"topic": "no"}))
    assert report.model_dump()["topic"] == "no"
    fiche = read(
        forms.kinds()["pilot_fiche"], yaml.safe_dump(COMPLETE["pilot_fiche"]).replace("'25000.00'", "1200.50")
    )
    assert str(fiche.model_dump()["amount_eur"]) == "1200.50"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "a form is a list of fields"),
        ("- a\n- b", "a form is a list of fields"),
        ("topic: [", "form.yaml:1: this is no YAML"),
        ("topic: a\ntopic: b", "form.yaml:2: topic stands there twice"),
        (
            "kind: action_plan\ntopic: a",
            "form.yaml:1: this form is an action_plan, and a scoping_report is asked for",
        ),
        ("version: abc", "version is not filled in by hand"),
        ("groups: &a {eu: []}\nfact_sheets: *a", "a form has no anchors"),
        ("[" * 3000, "nested too deep"),
        ("topic: a\tb\n\tx: 1", "this is no YAML"),
    ],
)
def test_what_is_no_form_is_refused_in_a_sentence(content: str, words: str) -> None:
    assert words in wrong(content)


def test_a_form_that_cannot_be_read_is_named(tandem: Tandem, tmp_path: Path) -> None:
    arguments = ("partnership", "submit", "C1-02", "scoping", "--as", "cluster.inn", "--file")
    assert "no such file" in tandem(*arguments, tmp_path / "none.yaml").sentence
    odd = tmp_path / "odd.yaml"
    odd.write_bytes(b"\xff\xfe\x00")
    assert "is not a text in UTF-8" in tandem(*arguments, odd).sentence
    assert "cannot read" in tandem(*arguments, tmp_path).sentence


def test_templates_are_found_by_stage_too(tandem: Tandem) -> None:
    assert tandem("partnership", "template", "closing").out.startswith("# Result sheet")
    assert tandem("partnership", "template", "closing", "--json").json["kind"] == "result_sheet"
