"""Programme files: read as a whole or not at all, and loaded as often as one likes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from client import programme
from client.programme import WrongFile, foundings, ids_by_key, load, read, read_script
from client.targets import kept
from domain.clockwork import Clockwork
from domain.entities import AnyFounding, founded
from domain.entries import Entry, numbered
from domain.programme import Programme as ProgrammeState
from domain.programmes.steps import REPORTS
from domain.values import Component, Level, Mode, Role, Side
from ledger.rows import Person, Programme

FILES = Path(__file__).parents[2] / "programmes"
FACTS, PEOPLE = FILES / "iurc-china.yaml", FILES / "demonstration-people.yaml"
STARTS = datetime(2021, 1, 1, 8, tzinfo=UTC)
Wrong = Callable[..., list[str]]


@pytest.fixture
def wrong(tmp_path: Path) -> Wrong:
    """The problems found in the programme's file (or that of its people) with something replaced."""

    def found(old: str, new: str, *, people: bool = False) -> list[str]:
        source = PEOPLE if people else FACTS
        text = source.read_text(encoding="utf-8")
        assert old in text
        path = tmp_path / source.name
        path.write_text(text.replace(old, new), encoding="utf-8")
        with pytest.raises(WrongFile) as caught:
            read(FACTS if people else path, path if people else PEOPLE)
        return [problem.replace(f"{tmp_path}/", "") for problem in caught.value.problems]

    return found


def test_the_programme_of_the_house_is_read() -> None:
    facts = read(FACTS, PEOPLE)
    assert facts.code == "11438" and facts.demonstration
    assert [one.component for one in facts.partnerships].count(Component.CITY) == 10
    assert facts.ends == datetime(2023, 12, 31, 23, tzinfo=UTC)
    district = next(one for one in facts.partnerships if one.code == "C1-10")
    assert (district.cn.level, district.mode) == (Level.DISTRICT, Mode.CLUSTER)
    assert facts.terms.restrictions[0].until.date() == date(2023, 3, 14)


def test_every_person_in_the_demonstration_can_be_written_to_and_nobody_real_is() -> None:
    people = read(FACTS, PEOPLE).people
    assert all(person.email.endswith(".example.org") for person in people)
    assert len({person.name for person in people}) == len(people)
    assert all(person.latin for person in people if person.language == "zh")


def test_each_partnership_is_founded_with_everybody_it_needs() -> None:
    facts = read(FACTS, PEOPLE)
    ids = {person.key: f"p-{place:026d}" for place, person in enumerate(facts.people)}
    for event in foundings(facts, ids, STARTS):
        held = [(holder.role, holder.side) for holder in event.holders]
        for role in (Role.FOCAL_POINT, Role.DEPUTY, Role.SIGNATORY):
            assert held.count((role, Side.EU)) == held.count((role, Side.CN)) == 1
        assert held.count((Role.OPERATOR, Side.PROGRAMME)) == 2
        assert held.count((Role.CLUSTER_MANAGER, Side.PROGRAMME)) == 1
        known = {calendar.country for calendar in event.edition.countries}
        assert {holder.country for holder in event.holders} <= known


def test_china_s_calendar_ends_where_its_list_ended_on_the_day() -> None:
    facts = read(FACTS, PEOPLE)
    assert facts.edition(date(2021, 1, 1)).country("CN").horizon == date(2021, 12, 31)
    assert facts.edition(date(2021, 10, 25)).country("CN").horizon == date(2022, 12, 31)
    assert facts.edition(date(2021, 1, 1), everything=True).country("CN").horizon == date(2024, 12, 31)
    assert facts.edition(date(2021, 1, 1)).country("ES").horizon == date(2024, 12, 31)
    assert [edition.published.year for edition in facts.later_editions(date(2021, 1, 1))] == [
        2021,
        2022,
        2023,
    ]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "name: Barcelona, country: ES",
            "name: Barcelona, country: Spain",
            "iurc-china.yaml:71: partnerships[3].eu.country: 'Spain' is not an ISO country code such as ES",
        ),
        ("country: GR", "country: EL", "its ISO country code is GR"),
        ("country: CZ", "country: GB", "'GB' is not a member state of the European Union"),
        ("topic: Biotechnology", "topics: Biotechnology", "topics: is not known here; did you mean 'topic'?"),
        ("cluster: URB, themes: [CLIMATE]", "cluster: URBAN", "'URBAN' is not a cluster of this programme (ECO"),
        ("themes: [RECOVERY], topic: \"Cultural", "themes: [PAST], topic: \"Cultural", "'PAST' is not a cross-cutting"),
        ("component: C1, eu: {name: Rome", "component: C3, eu: {name: Rome", "'C3' is not one of 'C1' or 'C2'"),
        ("level: district, zone", "level: borough, zone", "'borough' is not one of 'city', 'region' or 'district'"),
        ("zone: Europe/Sofia", "zone: Europe/Sophia", "'Europe/Sophia' is not an IANA time zone"),
        ("ends: 2023-12-31", "ends: 31/12/2023", "programme.ends: '31/12/2023' is not a day such as 2023-12-31"),
        ("ends: 2023-12-31", "ends: 2023-02-30", "'2023-02-30' cannot be read: day is out of range for month"),
        ("ends: 2023-12-31", "ends: 2019-12-31", "2019-12-31 is not after the start, 2021-01-01"),
        ("until: 2023-03-14", "until: 2020-03-14", "2020-03-14 is before 2021-01-01"),
        ("starts: 2021-01-01", "begins: 2021-01-01", "programme.starts: is missing"),
        ("code: C1-03", "code: C1-02", "'C1-02' is there twice; first in line 69"),
        ("code: \"11438\"", "code: 11438", "11438 is read as a number; put it in quotes"),
        ("  title: International Urban", "  title: a\n  title: International Urban", "programme.title is there twice"),
        ("mode: thematic-cluster", "mode: all-together", "'all-together' is not one of"),
        ("{2021: 2020-11-25", "{2021: 2017-11-25", "the list for 2021 comes out in the autumn before"),
        ("last_year: 2024", "last_year: 1999", "calendar.last_year"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_line_and_remedy(wrong: Wrong, old: str, new: str, said: str) -> None:
    problems = wrong(old, new)
    assert any(said in problem for problem in problems), problems
    assert all(problem.startswith(("iurc-china.yaml:", str(FILES))) for problem in problems)


TARGETS = "partnerships: {city: 10, region: 10}"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("partnerships: {town: 10}", "targets.partnerships.town: 'town' is not one of 'city' or 'region'"),
        ("partnerships: {city: -1}", "targets.partnerships.city: -1: input should be greater than"),
        ("partnership: {city: 1}", "targets.partnership: is not known here; did you mean 'partnerships'?"),
        ("indicators: 5", "targets.indicators: a number stands where names with values should be"),
        ("indicators: {O9: 5}", "indicators.O9: 'O9' is not an indicator that is counted here (O2, O3,"),
        ("indicators: {O1: 5}", "indicators.O1: targets of O1 are those of `partnerships`"),
        ("indicators: {R2: -3}", "indicators.R2: -3 is not a target; it is a whole number from 0"),
        ("indicators: {R2: 1.5}", "indicators.R2: 1.5 is not a target"),
        ("indicators: {R2: true}", "indicators.R2: True is not a target"),
        ("indicators: {R2: many}", "indicators.R2: 'many' is not a target"),
        ("indicators: {R2: [1]}", "indicators.R2: [1] is not a target"),
        ("indicators: {R2: {city: 1}}", "indicators.R2: R2 has no parts; give it one number"),
        ("indicators: {O3: {online: 4}}", "indicators.O3.online: 'online' is not a part of O3 (physical; hybrid;"),
        ("indicators: {O3: {virtual: -4}}", "indicators.O3.virtual: -4 is not a target"),
        ("indicators: {P1: 101}", "indicators.P1: 101 is not a target of P1, which is a share"),
    ],
)  # fmt: skip
def test_a_wrong_target_is_said_with_its_line(wrong: Wrong, given: str, said: str) -> None:
    (problem,) = wrong(TARGETS, given)
    assert problem.startswith("iurc-china.yaml:30: programme.targets.") and said in problem


def test_targets_are_kept_with_the_programme(tmp_path: Path) -> None:
    path = tmp_path / "facts.yaml"
    given = f"{TARGETS}\n    indicators: {{R2: 10, O3: {{virtual: 40, physical: 20}}}}"
    path.write_text(FACTS.read_text(encoding="utf-8").replace(TARGETS, given), encoding="utf-8")
    row = Programme(code="11438", title="IURC", facts=read(path, PEOPLE).told())
    assert kept(row) == {
        "O1": {"city": 10, "region": 10},
        "R2": 10,
        "O3": {"virtual": 40, "physical": 20},
    }
    assert kept(Programme(code="11438", title="IURC")) == {"O1": {}}


def test_the_programme_of_the_house_has_published_targets_alone() -> None:
    row = Programme(code="11438", title="IURC", facts=read(FACTS, PEOPLE).told())
    assert kept(row) == {"O1": {"city": 10, "region": 10}}


def test_a_partnership_has_two_sides(wrong: Wrong) -> None:
    text = FACTS.read_text(encoding="utf-8")
    side = text[
        text.index("cn: {name: Hefei") : text.index('cluster: INN, themes: [SMART], topic: "Investment')
    ]
    assert wrong(side, "") == [
        "iurc-china.yaml:88: partnerships[17].cn: it has no Chinese member; a partnership needs one on both sides"
    ]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("ines.robledo@fuenlabrada.example.org", "ines at home", "'ines at home' is not an e-mail address"),
        ("name: Inés Robledo", 'name: "Inés\\nBcc: x"', "it goes over several lines"),
        ("partnership: C1-01, side: eu", "side: eu", "people[8].partnership: is missing"),
        ("partnership: C1-02", "partnership: C9-02", "'C9-02' is not a partnership of"),
        ("cluster: ECO", "cluster: ECOLOGY", "'ECOLOGY' is not a cluster"),
        ("key: op-2", "key: op-1", "'op-1' is there twice"),
        ("key: op-2", "key: Op 2", "'Op 2' is not a handle of small letters"),
        ("role: team_leader", "role: team_leader, side: eu", "stands for neither side"),
        ("role: operator", "role: auditor", "the programme has no operator"),
        ("language: zh", "language: cn", "'cn' is not one of 'en' or 'zh'"),
    ],
)
def test_what_is_wrong_with_a_person_is_said_too(wrong: Wrong, old: str, new: str, said: str) -> None:
    problems = wrong(old, new, people=True)
    assert any(said in problem for problem in problems), problems


def test_a_programme_without_partnerships_is_refused(wrong: Wrong) -> None:
    text = FACTS.read_text(encoding="utf-8")
    problems = wrong(text[text.index("partnerships:\n") :], "partnerships: []\n")
    assert any(problem.endswith("partnerships: it is empty") for problem in problems), problems


def test_all_problems_are_told_at_once(wrong: Wrong) -> None:
    problems = wrong("country: ES", "country: Spain")
    assert len(problems) == 5


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "the file is empty"),
        (b"- a\n- b\n", "it holds a list where names with values should be"),
        (b"programme: [\n", "this is not YAML"),
        (b"programme:\n\tcode: x\n", "this is not YAML"),
        (b"programme:\n  title: Citt\xe0\n", ":2: byte 0xe0 is not UTF-8; save the file as UTF-8"),
        (b"a: &a [1]\nb: *a\n", "an alias (*) is not read here"),
        (b"a: !!python/object:os.system x\n", "could not determine a constructor"),
        (b"[" * 3000, "nested too deeply"),
        (b"#" * 1_100_000, "it has 1,100,000 bytes and may have 1,000,000"),
        (b"\x00\x01", "this is not YAML"),
    ],
)
def test_files_that_are_no_programme_at_all(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "programme.yaml"
    path.write_bytes(content)
    with pytest.raises(WrongFile) as caught:
        read(path)
    assert said in caught.value.sentence


def test_files_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(WrongFile, match="there is no such file"):
        read(tmp_path / "nothing.yaml")
    with pytest.raises(WrongFile, match="not a file that can be read"):
        read(tmp_path)


def test_words_that_yaml_takes_for_yes_and_no_stay_words(tmp_path: Path) -> None:
    path = tmp_path / "script.yaml"
    path.write_text("characters:\n- {code: X1, opens: 2021-02-01, visits: [{on: 2021-05-01}]}\n")
    assert read_script(path).characters[0].visits[0].on == date(2021, 5, 1)
    path.write_text("characters:\n- {code: X1, opens: 2021-02-01, visit: []}\n")
    with pytest.raises(WrongFile, match=r"script.yaml:2: characters\[0\].visit: .*did you mean 'visits'"):
        read_script(path)


def test_a_programme_nobody_runs_is_refused() -> None:
    with pytest.raises(WrongFile, match=r"no operator.*--people FILE"):
        read(FACTS)


class Desk:
    """A registry and a door in memory."""

    def __init__(self) -> None:
        self.persons: dict[str, Person] = {}
        self.rows: dict[str, Programme] = {}
        self.kept: dict[str, tuple[Entry, ...]] = {}
        self.clocks: list[Clockwork | None] = []

    def put_person(self, person: Person) -> None:
        self.persons[person.id] = person

    def people(self) -> dict[str, Person]:
        return dict(self.persons)

    def put_programme(self, programme: Programme) -> None:
        self.rows[programme.code] = programme

    def programme(self, code: str) -> Programme | None:
        return self.rows.get(code)

    def entries(self, entity: str, since: int = 0) -> tuple[Entry, ...]:
        return self.kept.get(entity, ())[since:]

    async def found(self, event: AnyFounding, clockwork: Clockwork | None = None) -> bool:
        entity = founded(event).entity
        if entity in self.kept:
            return False
        self.clocks.append(clockwork)
        self.kept[entity] = numbered(entity, 0, (event,), event.at, None)
        return True


FAST = Clockwork(origin=STARTS, anchor=STARTS, speed=1_000_000)


async def test_loading_twice_founds_once() -> None:
    desk, facts = Desk(), read(FACTS, PEOPLE)
    told: list[tuple[str, bool]] = []
    first = await load(facts, desk, desk, FAST, STARTS, lambda code, new: told.append((code, new)))
    assert len(first.founded) == 20 and len(first.people_new) == 132 and first.programme
    assert len(told) == 20 and all(new for _, new in told)
    assert set(desk.clocks) == {FAST}
    ids = ids_by_key(desk)
    again = await load(facts, desk, desk, FAST, STARTS + timedelta(days=400))
    assert (again.founded, len(again.there), again.differences) == ((), 20, ())
    assert (again.people_new, again.people_changed, again.programme) == ((), (), False)
    assert ids_by_key(desk) == ids


async def test_the_programme_itself_is_founded_with_its_staff_its_dates_and_all_calendars() -> None:
    desk, facts = Desk(), read(FACTS, PEOPLE)
    await load(facts, desk, desk, FAST, STARTS)
    (entry,) = desk.entries("programme/11438")
    state = founded(entry.event)  # type: ignore[arg-type]  # it is what it was founded with
    assert isinstance(state, ProgrammeState)
    assert state.members == () and (state.ends, state.title) == (facts.ends, facts.facts.title)
    roles = [held.role for held in state.holders]
    assert roles.count(Role.OPERATOR) == 2 and roles.count(Role.CLUSTER_MANAGER) == len(facts.facts.clusters)
    assert {held.side for held in state.holders} == {Side.PROGRAMME}
    known = {calendar.country for calendar in state.edition.countries}
    assert {one.eu.country for one in facts.partnerships} <= known
    assert [terms.stage for terms in state.terms.stages] == [step.stage for step in REPORTS]
    assert state.terms.restrictions == facts.terms.restrictions


async def test_ids_say_nothing_about_a_person() -> None:
    desk, other = Desk(), Desk()
    await load(read(FACTS, PEOPLE), desk, desk, FAST, STARTS)
    await load(read(FACTS, PEOPLE), other, other, FAST, STARTS)
    assert not set(ids_by_key(desk).values()) & set(ids_by_key(other).values())


async def test_no_name_and_no_address_is_in_a_founding() -> None:
    facts = read(FACTS, PEOPLE)
    ids = {person.key: f"p-{place:026d}" for place, person in enumerate(facts.people)}
    for event in foundings(facts, ids, STARTS):
        told = event.model_dump_json()
        assert "example.org" not in told
        assert not [person.name for person in facts.people if person.name in told]


async def test_a_changed_file_changes_people_but_no_partnership(tmp_path: Path) -> None:
    desk = Desk()
    await load(read(FACTS, PEOPLE), desk, desk, FAST, STARTS)
    facts, people = tmp_path / "facts.yaml", tmp_path / "people.yaml"
    facts.write_text(
        FACTS.read_text(encoding="utf-8")
        .replace("{name: Barcelona,", "{name: Barcelona Metropolitan Area,")
        .replace("ends: 2023-12-31", "ends: 2024-06-30"),
        encoding="utf-8",
    )
    people.write_text(
        PEOPLE.read_text(encoding="utf-8").replace("name: Inés Robledo", "name: Inés Robledo Paz"),
        encoding="utf-8",
    )
    slower = FAST.model_copy(update={"speed": 5})
    again = await load(read(facts, people), desk, desk, slower, STARTS)
    assert again.people_changed == ("c1-01.eu.focal",)
    assert len(again.differences) == 22
    assert (
        "11438: ends was founded as 2023-12-31 23:00 UTC, the file says 2024-06-30 22:00 UTC; left as it is"
        in (again.differences)
    )
    assert (
        "C1-04: eu.name was founded as Barcelona, the file says Barcelona Metropolitan Area; left as it is"
        in again.differences
    )
    row = desk.rows["11438"]
    assert row.speed == FAST.speed, "the clock of a programme under way is not set anew"
    assert row.facts["programme"]["ends"] == "2024-06-30"


async def test_one_founding_that_fails_is_told_after_the_others_are_done() -> None:
    class Failing(Desk):
        async def found(self, event: AnyFounding, clockwork: Clockwork | None = None) -> bool:
            if event.code == "C1-05":
                raise ConnectionError("gone")
            return await super().found(event, clockwork)

    desk = Failing()
    with pytest.raises(ConnectionError):
        await load(read(FACTS, PEOPLE), desk, desk, FAST, STARTS)
    assert len([one for one in desk.kept if one.startswith("partnership/")]) == 19


def test_real_time_knows_all_that_is_known_today() -> None:
    facts = read(FACTS, PEOPLE)
    ids = {person.key: f"p-{place:026d}" for place, person in enumerate(facts.people)}
    event = programme.foundings(facts, ids, STARTS, everything_known=True)[0]
    assert event.edition.country("CN").horizon == date(2024, 12, 31)
