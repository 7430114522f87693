"""`tandem rehearse`: its figures, its pictures, two policies side by side, and wrong input."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from datetime import date
from pathlib import Path

import pytest
import yaml

from console import pictures
from domain.rehearsal.weighing import Stretch, WeekLoad
from domain.terms import Stage
from tests.console.conftest import Tandem

FILES = Path(__file__).parents[2] / "programmes"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """The first two partnerships of the programme, and nobody named in it."""
    whole = yaml.safe_load((FILES / "iurc-china.yaml").read_text(encoding="utf-8"))
    whole["partnerships"] = whole["partnerships"][:2]
    path = tmp_path / "small.yaml"
    path.write_text(yaml.safe_dump(whole, allow_unicode=True), encoding="utf-8")
    return path


@pytest.fixture
def patient(small: Path, tandem: Tandem, tmp_path: Path) -> Path:
    """The programme's own terms, but with one reminder only."""
    terms = tandem("rehearse", str(small), "--show-policy", "--json").json
    terms |= {"name": "one reminder", "ladder": [{"offset": -3}]}
    path = tmp_path / "patient.yaml"
    path.write_text(yaml.safe_dump(terms, allow_unicode=True), encoding="utf-8")
    return path


def test_a_programme_that_names_nobody_is_played_by_people_made_up(tandem: Tandem, small: Path) -> None:
    (told,) = tandem("rehearse", str(small), "--years", "1", "--json").json
    assert told["partnerships"] == 2 and told["letters"] > 20
    assert all(one["name"].startswith("invented ") for one in told["contacts"])
    for one in told["contacts"]:
        assert sum(one["weeks"].values()) == one["letters"] and one["weeks"][one["week"]] == one["most"]


def test_the_same_seed_is_the_same_and_another_is_another(tandem: Tandem, small: Path) -> None:
    def figures(seed: str) -> dict[str, object]:
        (told,) = tandem("rehearse", str(small), "--years", "2", "--seed", seed, "--json").json
        return dict(told)

    assert figures("7") == figures("7")
    first, other = figures("7"), figures("8")
    assert {**first, "seed": 0} != {**other, "seed": 0}


def test_it_tells_people_the_figures(tandem: Tandem, small: Path) -> None:
    told = tandem("rehearse", str(small), "--years", "1")
    assert told.status == 0 and "\x1b" not in told.out
    for words in (
        "letters",
        "gates settled in time",
        "deadlines in August",
        "the most tasks waiting",
        "most letters",
    ):
        assert words in told.out, words


def test_two_policies_lie_side_by_side(tandem: Tandem, small: Path, patient: Path) -> None:
    asked = ("rehearse", str(small), "--years", "2", "--compare", str(patient))
    own, other = tandem(*asked, "--json").json
    assert other["policy"] == "one reminder" != own["policy"]
    assert other["reminders"] < own["reminders"] and other["escalations"] == 0
    lines = tandem(*asked).out.splitlines()
    assert "one reminder" in lines[0]
    (row,) = [line for line in lines if line.strip().startswith("of these reminders")]
    assert row.split()[-2:] == [f"{own['reminders']:,}", f"{other['reminders']:,}"]


def test_a_policy_takes_the_place_of_the_programme_s_own(tandem: Tandem, small: Path, patient: Path) -> None:
    asked = ("rehearse", str(small), "--years", "1", "--json")
    (by,) = tandem(*asked, "--policy", str(patient)).json
    _, compared = tandem(*asked, "--compare", str(patient)).json
    assert by == compared


def test_pictures_are_drawings_with_every_stage_and_week(tandem: Tandem, small: Path, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "pictures"
    (told,) = tandem("rehearse", str(small), "--years", "1", "--json", "--pictures", str(folder)).json
    assert sorted(path.name for path in folder.iterdir()) == ["gantt.svg", "load.svg"]
    gantt, load = (ElementTree.parse(folder / name).getroot() for name in ("gantt.svg", "load.svg"))
    bars = [one for one in gantt.iter(f"{SVG}rect") if one.find(f"{SVG}title") is not None]
    assert len(bars) == len(told["stretches"]) > 0
    weeks = [one for one in load.iter(f"{SVG}rect") if one.find(f"{SVG}title") is not None]
    assert len(weeks) == len(told["secretariat"]) > 0
    (line,) = load.iter(f"{SVG}polyline")
    assert len(line.attrib["points"].split()) == len(weeks)


def test_a_picture_keeps_names_as_words_and_bars_on_the_paper() -> None:
    stretch = Stretch(
        code="A<b>&", stage=Stage.SCOPING, since=date(2020, 1, 1), until=date(2030, 1, 1), passed=False
    )
    drawn = pictures.gantt('"<title>"', [stretch], date(2021, 1, 1), date(2022, 1, 1))
    root = ElementTree.fromstring(drawn)
    assert root.findtext(f"{SVG}title") == '"<title>"'
    assert "A<b>&" in [one.text for one in root.iter(f"{SVG}text")]
    width = float(root.attrib["viewBox"].split()[2])
    for bar in root.iter(f"{SVG}rect"):
        assert float(bar.attrib.get("x", 0)) >= 0
        assert float(bar.attrib.get("x", 0)) + float(bar.attrib["width"]) <= width


def test_a_load_of_nothing_can_be_drawn() -> None:
    empty = WeekLoad(week=date(2021, 1, 4), requests=0, waiting=0)
    for weeks in ([], [empty]):
        ElementTree.fromstring(pictures.load("quiet", weeks, date(2021, 1, 1), date(2021, 1, 1)))


def test_two_policies_of_one_name_can_be_told_apart(tandem: Tandem, small: Path, tmp_path: Path) -> None:
    same = tmp_path / "edited.yaml"
    same.write_text(tandem("rehearse", str(small), "--show-policy").out, encoding="utf-8")
    own, other = tandem("rehearse", str(small), "--years", "0.5", "--compare", str(same), "--json").json
    assert other["policy"] == f"{own['policy']} (edited.yaml)"
    assert {**own, "policy": ""} == {**other, "policy": ""}


def test_terms_nobody_can_live_by_are_refused(tandem: Tandem, small: Path, tmp_path: Path) -> None:
    own = tandem("rehearse", str(small), "--show-policy", "--json").json
    short, mute = tmp_path / "short.yaml", tmp_path / "mute.yaml"
    short.write_text(yaml.safe_dump(own | {"stages": own["stages"][1:]}), encoding="utf-8")
    own["stages"][0]["gates"][0] |= {"silence": "deemed approved", "basis": ""}
    mute.write_text(yaml.safe_dump(own), encoding="utf-8")
    for option in ("--policy", "--compare"):
        assert "lack the stage scoping" in tandem("rehearse", str(small), option, str(short)).sentence
        assert "only with its legal basis" in tandem("rehearse", str(small), option, str(mute)).sentence


def test_stages_that_are_open_together_lie_in_lanes_of_their_own() -> None:
    def stretch(stage: Stage, first: int, last: int) -> Stretch:
        return Stretch(
            code="C", stage=stage, since=date(2021, first, 1), until=date(2021, last, 1), passed=True
        )

    stretches = [
        stretch(Stage.SCOPING, 1, 5),
        stretch(Stage.STUDY_VISITS, 2, 12),
        stretch(Stage.ACTION_PLAN, 6, 8),
    ]
    drawn = pictures.gantt("lanes", stretches, date(2021, 1, 1), date(2021, 12, 31))
    bars = [
        one for one in ElementTree.fromstring(drawn).iter(f"{SVG}rect") if one.find(f"{SVG}title") is not None
    ]
    tops = [float(bar.attrib["y"]) for bar in bars]
    assert tops[0] == tops[2] < tops[1], "the third takes the lane that the first left"


def test_what_is_wrong_is_said(tandem: Tandem, small: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("name: x\nladders: []\n", encoding="utf-8")
    for words, said in (
        ((str(tmp_path / "none.yaml"),), "none.yaml"),
        ((str(small), "--policy", str(wrong)), "there is no field 'ladders'; did you mean 'ladder'?"),
        ((str(small), "--policy", str(tmp_path / "no.yaml")), "no.yaml"),
        ((str(small), "--years", "0"), "--years"),
        ((str(small), "--years", "soon"), "--years"),
        ((str(small), "--seed", "x"), "--seed"),
        ((str(small), "--pictures", str(small)), "is no folder"),
        ((str(small), "--script", str(small)), "small.yaml"),
        ((str(small), "--people", str(wrong)), "wrong.yaml"),
    ):
        told = tandem("rehearse", *words)
        # a long path breaks the sentence anywhere
        words_told = " ".join(told.err.replace("│", " ").split())
        assert told.status in (1, 2) and said in words_told, (words, told.err)
        assert "Traceback" not in told.err and not told.out, words
