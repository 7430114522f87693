"""Programme files: what is published of a programme, who takes part, and the people who act for them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, StringConstraints

from client import targets, wording
from client.targets import TargetFacts
from client.yaml_files import Document, Facts, WrongFile, parsed
from client.yaml_files import read as read_yaml
from domain.calendars import CalendarEdition
from domain.holiday_lists import EU_MEMBERS
from domain.holiday_lists import edition as edition_of
from domain.rehearsal import Script, end_of
from domain.stages import default_terms
from domain.terms import Restriction, Terms
from domain.values import (
    OF_A_SIDE,
    SIDES,
    Code,
    Component,
    Level,
    Member,
    Mode,
    Refusal,
    Role,
    Side,
)

__all__ = ["Programme", "WrongFile", "read", "read_script"]

CHINA = "CN"
_ADDRESS = re.compile(r"^[^@\s<>,;:\"\\()\[\]]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$")


def _seen(text: str) -> str:
    try:
        cleaned = wording.clean_text(text, limit=2000)
    except Refusal as refusal:
        raise ValueError(refusal.sentence) from None
    if "\n" in cleaned or "\t" in cleaned:
        raise ValueError("it goes over several lines; one is enough")
    return cleaned.strip()


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"{name!r} is not an IANA time zone such as Europe/Madrid") from None
    return name


def _country(code: str, *allowed: str) -> str:
    if code not in allowed:
        if code == "EL":
            raise ValueError("'EL' is Greece in EU papers; its ISO country code is GR")
        if not re.fullmatch(r"[A-Z]{2}", code):
            raise ValueError(f"{code!r} is not an ISO country code such as {allowed[0]}")
        known = allowed[0] if len(allowed) == 1 else "a member state of the European Union"
        raise ValueError(f"{code!r} is not {known}" + (" or CN" if CHINA in allowed[1:] else ""))
    return code


def _address(address: str) -> str:
    if not _ADDRESS.fullmatch(address) or ".." in address:
        raise ValueError(f"{address!r} is not an e-mail address such as name@example.org")
    return address


_STATES = ("ES", *(code for code in EU_MEMBERS if code != "ES"))
Words = Annotated[str, StringConstraints(min_length=1, max_length=300), AfterValidator(_seen)]
PlaceName = Annotated[str, StringConstraints(min_length=1, max_length=120), AfterValidator(_seen)]
Zone = Annotated[str, AfterValidator(_zone)]
StateCode = Annotated[str, AfterValidator(lambda code: _country(code, *_STATES))]
ChinaCode = Annotated[str, AfterValidator(lambda code: _country(code, CHINA))]
AnyCountry = Annotated[str, AfterValidator(lambda code: _country(code, *_STATES, CHINA))]
Telephone = Annotated[str, StringConstraints(pattern=r"^\+?[0-9 ()/-]{3,40}$")]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]{0,79}$")]


class Theme(Facts):
    code: Code
    title: Words


class ComponentFacts(Facts):
    code: Component
    kind: Level
    title: Words
    modes: tuple[Mode, ...] = tuple(Mode)


class TravelRestriction(Facts):
    country: Words
    since: date = Field(alias="from")
    until: date


class Years(Facts):
    """The years whose holidays partnerships are founded with, and the days China's lists came out."""

    first_year: Annotated[int, Field(ge=2000, le=2100)]
    last_year: Annotated[int, Field(ge=2000, le=2100)]
    china_lists_published: dict[int, date] = Field(default_factory=dict)


class ProgrammeFacts(Facts):
    code: Code
    title: Words
    title_zh: Words = ""
    short_title: Words = ""
    predecessor: Words = ""
    starts: date
    ends: date
    region: Words = ""
    country: Words = ""
    other_countries: Words = ""
    field_of_expertise: Words = ""
    policy_fields: tuple[Words, ...] = ()
    funder: Words = ""
    instrument: Words = ""
    implementing_partner: Words = ""
    national_counterpart: Words = ""
    objective: Words = ""
    targets: TargetFacts = TargetFacts()
    components: Annotated[tuple[ComponentFacts, ...], Field(min_length=1)]
    clusters: Annotated[tuple[Theme, ...], Field(min_length=1)]
    cross_cutting_themes: tuple[Theme, ...] = ()
    stakeholder_groups: tuple[Words, ...] = ()
    published_results: dict[str, Any] = Field(default_factory=dict)
    travel_restriction: TravelRestriction | None = None
    calendar: Years | None = None
    secretariat: Words = ""
    """How the secretariat signs its letters; `reply_to` and `telephone` are where it is reached."""
    reply_to: Annotated[str, AfterValidator(_address)] | None = None
    telephone: Telephone | None = None


class EuMember(Facts):
    name: PlaceName
    name_zh: str = Field(default="", max_length=60)
    country: StateCode
    level: Level
    zone: Zone
    acting: str = Field(default="", max_length=120)


class CnMember(Facts):
    name: PlaceName
    name_zh: str = Field(default="", max_length=60)
    country: ChinaCode = CHINA
    level: Level
    zone: Zone = "Asia/Shanghai"
    acting: str = Field(default="", max_length=120)


class PartnershipFacts(Facts):
    code: Code
    component: Component
    mode: Mode = Mode.ONE_TO_ONE
    eu: EuMember
    cn: CnMember
    cluster: Code
    themes: tuple[Code, ...] = ()
    topic: Words = ""
    evidence: Literal["documented", "joint-event", "illustrative"] | None = None
    published_dates: dict[str, date] = Field(default_factory=dict)

    def members(self, since: datetime) -> tuple[Member, Member]:
        eu = Member(side=Side.EU, since=since, **self.eu.model_dump())
        return eu, Member(side=Side.CN, since=since, **self.cn.model_dump())


class PersonFacts(Facts):
    """Somebody with one role: in one partnership, in a cluster, or in the programme as a whole."""

    key: Key
    role: Role
    name: Words
    latin: Words = ""
    email: Annotated[str, AfterValidator(_address)]
    language: Literal["en", "zh"]
    zone: Zone
    country: AnyCountry
    phone: Telephone | None = None
    cluster: Code | None = None
    partnership: Code | None = None
    side: Literal[Side.EU, Side.CN] | None = None
    spare: bool = False

    @property
    def written(self) -> str:
        """The name as it is shown: in Latin letters too where it is written in Chinese."""
        return f"{self.name} ({self.latin})" if self.latin else self.name

    @property
    def stands_for(self) -> Side:
        return self.side or Side.PROGRAMME

    def serves(self, partnership: PartnershipFacts) -> bool:
        """Whether the person holds a role in a partnership from its founding."""
        if self.spare:
            return False
        if self.partnership is not None:
            return self.partnership == partnership.code
        return self.cluster in (None, partnership.cluster)


class _ProgrammeFile(Facts):
    programme: ProgrammeFacts
    partnerships: Annotated[tuple[PartnershipFacts, ...], Field(min_length=1)]
    demonstration: bool = False
    people: tuple[PersonFacts, ...] = ()


class _PeopleFile(Facts):
    demonstration: bool = False
    people: Annotated[tuple[PersonFacts, ...], Field(min_length=1)]


class Programme(Facts):
    """A programme as read from its files, checked as a whole."""

    facts: ProgrammeFacts
    partnerships: tuple[PartnershipFacts, ...]
    people: tuple[PersonFacts, ...]
    demonstration: bool = False
    """Whether every person in it is invented."""

    @property
    def code(self) -> str:
        return self.facts.code

    @property
    def ends(self) -> datetime:
        return end_of(self.facts.ends)

    @property
    def starts(self) -> datetime:
        """The first moment of its first day, as the end is the last one of its last day."""
        return end_of(self.facts.starts - timedelta(days=1))

    @cached_property
    def terms(self) -> Terms:
        """The rules its partnerships are founded with."""
        closed = self.facts.travel_restriction
        if closed is None:
            return default_terms()
        # a day is over when it is over everywhere that counts here; UTC shows the days as they were published
        since = datetime.combine(closed.since, time(), UTC)
        until = datetime.combine(closed.until, time(23, 59, 59), UTC)
        return default_terms((Restriction(country=CHINA, since=since, until=until),))

    def countries(self, partnership: PartnershipFacts) -> tuple[str, ...]:
        """Whose working days count in a partnership: those of its members and of whoever holds a role."""
        people = (person.country for person in self.people if person.serves(partnership))
        spare = (one.country for one in self.people if one.spare and one.partnership == partnership.code)
        return tuple(dict.fromkeys((partnership.eu.country, partnership.cn.country, *people, *spare)))

    @cached_property
    def _everybody(self) -> tuple[str, ...]:
        """The countries of all members and of everybody who works for it."""
        members = (code for one in self.partnerships for code in self.countries(one))
        return tuple(dict.fromkeys((*members, *(one.country for one in self.staff))))

    @property
    def staff(self) -> tuple[PersonFacts, ...]:
        """Who runs the programme as a whole: everybody without a side of a partnership."""
        return tuple(one for one in self.people if one.partnership is None and not one.spare)

    def edition(self, known: date, *, everything: bool = False) -> CalendarEdition:
        """The calendars as they were known on a day: China's years whose lists had come out by then.

        With `everything`, all that is known today, whatever the day.
        """
        years = self.facts.calendar
        first = years.first_year if years else self.facts.starts.year
        last = years.last_year if years else self.facts.ends.year + 1
        full = edition_of(known.isoformat(), known, self._everybody, first, last)
        to_come = [
            year for year, out in (years.china_lists_published if years else {}).items() if out > known
        ]
        if everything or not to_come:
            return full
        return full.cut_at(date(min(to_come) - 1, 12, 31), CHINA)

    def later_editions(self, known: date) -> tuple[CalendarEdition, ...]:
        """The editions after a day, one for each of China's lists that came out later, in their order."""
        years = self.facts.calendar
        days = sorted(out for out in (years.china_lists_published if years else {}).values() if out > known)
        return tuple(self.edition(day) for day in days)

    def told(self) -> dict[str, Any]:
        """What is kept of the files besides the partnerships themselves, as JSON values; no people."""
        partnerships = {one.code: one.model_dump(mode="json", by_alias=True) for one in self.partnerships}
        return {
            "programme": self.facts.model_dump(mode="json", by_alias=True),
            "partnerships": partnerships,
            "demonstration": self.demonstration,
            # what letters are signed with
            "programme_zh": self.facts.title_zh,
            "secretariat": self.facts.secretariat,
            "reply_to": self.facts.reply_to or "",
            "telephone": self.facts.telephone or "",
        }


Casting = Callable[[ProgrammeFacts, tuple[PartnershipFacts, ...]], tuple[PersonFacts, ...]]


def read(path: Path, people: Path | None = None, cast: Casting | None = None) -> Programme:
    """A programme from its file, with the people in it and those of a second file.

    Where neither names anybody and there is a `cast`, its people take part; then it is a demonstration.

    Raises WrongFile, a Refusal with every problem and its line, where anything in either is wrong.
    """
    document = read_yaml(path)
    file, problems = parsed(document, _ProgrammeFile)
    problems += _sideless(document) if file is None else []
    second = read_yaml(people) if people is not None else None
    people_file, more = parsed(second, _PeopleFile) if second is not None else (None, [])
    problems += more
    if file is None or (second is not None and people_file is None):
        raise WrongFile(_plainly(problems))
    everybody = [(document, place, one) for place, one in enumerate(file.people)]
    if second is not None and people_file is not None:
        everybody += [(second, place, one) for place, one in enumerate(people_file.people)]
    invented = cast is not None and not everybody
    if cast is not None and invented:
        everybody = [
            (document, place, one) for place, one in enumerate(cast(file.programme, file.partnerships))
        ]
    problems += _dates(document, file)
    problems += targets.wrong(document, file.programme.targets)
    problems += _codes(document, file)
    problems += _people(document, file, everybody)
    if problems:
        raise WrongFile(problems)
    return Programme(
        facts=file.programme,
        partnerships=file.partnerships,
        people=tuple(one for _, _, one in everybody),
        demonstration=invented or file.demonstration or bool(people_file and people_file.demonstration),
    )


def read_script(path: Path) -> Script:
    """What a rehearsal plays; WrongFile where anything in the file is wrong."""
    document = read_yaml(path)
    script, problems = parsed(document, Script)
    if script is None:
        raise WrongFile(problems)
    return script


def _sideless(document: Document) -> list[str]:
    """Says of a partnership without one of its sides what it takes, beside the bare `is missing`."""
    listed = document.value.get("partnerships") if isinstance(document.value, dict) else None
    found = []
    for place, one in enumerate(listed if isinstance(listed, list) else []):
        for side in SIDES:
            if isinstance(one, dict) and one and not one.get(side.value):
                name = {Side.EU: "European", Side.CN: "Chinese"}[side]
                found.append(
                    document.problem(
                        f"it has no {name} member; a partnership needs one on both sides",
                        "partnerships",
                        place,
                        side.value,
                    )
                )
    return found


def _plainly(problems: list[str]) -> list[str]:
    """Without `is missing` and the like where something at the same place says more."""
    fuller = [one.rsplit(": it has no", 1)[0] for one in problems if ": it has no " in one]
    return [
        one
        for one in problems
        if ": it has no " in one or not any(one.startswith(f"{at}: ") for at in fuller)
    ]


def _dates(document: Document, file: _ProgrammeFile) -> Iterator[str]:
    facts = file.programme
    if facts.ends <= facts.starts:
        sentence = f"{facts.ends} is not after the start, {facts.starts}"
        yield document.problem(sentence, "programme", "ends")
    closed, years = facts.travel_restriction, facts.calendar
    if closed is not None:
        if closed.until < closed.since:
            sentence = f"{closed.until} is before {closed.since}"
            yield document.problem(sentence, "programme", "travel_restriction", "until")
        if closed.country not in (CHINA, "China"):
            sentence = f"{closed.country!r} is not China (CN), the one country travel can be closed to here"
            yield document.problem(sentence, "programme", "travel_restriction", "country")
    if years is not None:
        if years.last_year < years.first_year or years.last_year > years.first_year + 20:
            sentence = f"{years.first_year} to {years.last_year} is no span of one to twenty years"
            yield document.problem(sentence, "programme", "calendar", "last_year")
        for year, out in years.china_lists_published.items():
            if not out.year <= year <= out.year + 1:
                sentence = f"the list for {year} comes out in the autumn before, not on {out}"
                yield document.problem(sentence, "programme", "calendar", "china_lists_published", year)


def _codes(document: Document, file: _ProgrammeFile) -> Iterator[str]:
    facts = file.programme
    components = {one.code: one for one in facts.components}
    clusters = [one.code for one in facts.clusters]
    themes = [one.code for one in facts.cross_cutting_themes]
    yield from _twice(document, "clusters", clusters, "programme")
    yield from _twice(document, "cross_cutting_themes", themes, "programme")
    yield from _twice(document, "partnerships", [one.code for one in file.partnerships])
    for place, one in enumerate(file.partnerships):
        at = ("partnerships", place)
        if one.cluster not in clusters:
            sentence = f"{one.cluster!r} is not a cluster of this programme ({', '.join(clusters)})"
            yield document.problem(sentence, *at, "cluster")
        for theme in one.themes:
            if theme not in themes:
                sentence = f"{theme!r} is not a cross-cutting theme of this programme ({', '.join(themes)})"
                yield document.problem(sentence, *at, "themes")
        component = components.get(one.component)
        if component is None:
            known = ", ".join(components)
            sentence = f"{one.component.value!r} is not a component of this programme ({known})"
            yield document.problem(sentence, *at, "component")
        elif one.mode not in component.modes:
            modes = ", ".join(component.modes)
            sentence = f"{one.mode.value!r} is not a mode of component {component.code.value} ({modes})"
            yield document.problem(sentence, *at, "mode")


def _twice(document: Document, name: str, codes: list[str], *above: str) -> Iterator[str]:
    for place, code in enumerate(codes):
        if code in codes[:place]:
            line = document.line(*above, name, codes.index(code), "code")
            sentence = f"{code!r} is there twice; first in line {line}"
            yield document.problem(sentence, *above, name, place, "code")


def _people(
    document: Document, file: _ProgrammeFile, everybody: list[tuple[Document, int, PersonFacts]]
) -> Iterator[str]:
    codes = [one.code for one in file.partnerships]
    clusters = [one.code for one in file.programme.clusters]
    first: dict[str, str] = {}
    for where, place, person in everybody:
        at = ("people", place)
        if person.key in first:
            sentence = f"{person.key!r} is there twice; first at {first[person.key]}"
            yield where.problem(sentence, *at, "key")
        first.setdefault(person.key, f"{where.path}:{where.line(*at)}")
        if person.role in OF_A_SIDE:
            for name in ("partnership", "side"):
                if getattr(person, name) is None:
                    role = person.role.value.replace("_", " ")
                    yield where.problem(f"is missing; a {role} stands for one side of one", *at, name)
            if person.cluster is not None:
                yield where.problem("only the programme's own staff belong to a cluster", *at, "cluster")
        elif person.partnership is not None or person.side is not None:
            name = "side" if person.partnership is None else "partnership"
            role = person.role.value.replace("_", " ")
            yield where.problem(f"a {role} serves the whole programme and stands for neither side", *at, name)
        if person.partnership is not None and person.partnership not in codes:
            sentence = f"{person.partnership!r} is not a partnership of {document.path}"
            yield where.problem(sentence, *at, "partnership")
        if person.cluster is not None and person.cluster not in clusters:
            sentence = f"{person.cluster!r} is not a cluster of this programme ({', '.join(clusters)})"
            yield where.problem(sentence, *at, "cluster")
    working = [one.role for _, _, one in everybody if not one.spare]
    for role in (Role.OPERATOR, Role.TEAM_LEADER):
        if role not in working:
            whose = role.value.replace("_", " ")
            yield document.problem(
                f"the programme has no {whose}, and without one nobody can open a stage or confirm a step; "
                "list people in this file under `people:` or in a second one (--people FILE)",
                "people",
            )
