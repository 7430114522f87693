"""Commands of the secretariat: hold and resume, suspension, withdrawal, members and people, calendars, terms."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from client.reading import Person, partnership
from console import termsfile
from console.asking import Desk, Words, asked
from console.errors import misused
from console.options import (
    Reason,
    RoleArgument,
    SideArgument,
    SuspendedSince,
    code,
    country,
    last_moment,
    moment,
    place,
)
from console.partnerships import Code, app
from console.session import AsJson, records
from domain import requests as rq
from domain.calendars import CalendarEdition
from domain.holiday_lists import edition
from domain.policies import filled
from domain.terms import Stage
from domain.values import OF_A_SIDE, SIDES, Holder, Level, Member, Refusal, Role, Side, listed

PANEL = "The secretariat's steps"
Remark = Annotated[str | None, Words("A remark to go with it")]
Since = Annotated[datetime | None, typer.Option("--since", metavar="DAY", parser=moment, help="From when.")]


@asked(app, "hold", PANEL, shared=True)
def hold(desk: Desk, reason: Reason, remark: Remark = None) -> rq.AnyRequest:
    """Put it on hold: every clock stands still until it is resumed."""
    return rq.Hold(reason=reason, remark=remark)


@asked(app, "resume", PANEL, shared=True)
def resume(desk: Desk) -> rq.AnyRequest:
    """Resume it; every clock goes on with the days that remained."""
    return rq.Resume()


@asked(app, "suspend", PANEL, shared=True)
def suspend(
    desk: Desk,
    order: Annotated[str, Words("The authority's written order")],
    since: SuspendedSince = None,
) -> rq.AnyRequest:
    """Record the authority's suspension: nothing fires and nothing is lost until it is lifted."""
    return rq.Suspend(order=order, since=since)


@asked(app, "lift-suspension", PANEL, shared=True)
def lift_suspension(
    desk: Desk, order: Annotated[str, Words("The authority's written order")]
) -> rq.AnyRequest:
    """Record that the authority has lifted its suspension."""
    return rq.LiftSuspension(order=order)


@asked(app, "withdraw", PANEL)
def withdraw(
    desk: Desk, side: SideArgument, reason: Reason, notice: Annotated[str, Words("The notice given")]
) -> rq.AnyRequest:
    """Record that a side withdraws; the partnership ends."""
    return rq.Withdraw(side=side, reason=reason, notice=notice)


@asked(app, "replace-member", PANEL)
def replace_member(
    desk: Desk,
    side: SideArgument,
    leaving: Annotated[str, typer.Option("--leaving", metavar="NAME", help="The member that leaves.")],
    name: Annotated[
        str, typer.Option("--name", metavar="NAME", parser=place, help="The member that takes its place.")
    ],
    of: Annotated[
        str, typer.Option("--country", metavar="CODE", parser=country, help="Its country, such as ES or CN.")
    ],
    level: Annotated[Level, typer.Option("--level", help="What it is.")],
    focal: Annotated[str, typer.Option("--focal", metavar="KEY", help="Its focal point.")],
    reason: Reason,
    agreed: Annotated[str, Words("What was agreed on the replacement")],
    deputy: Annotated[str | None, typer.Option("--deputy", metavar="KEY", help="Its deputy.")] = None,
    signatory: Annotated[
        str | None, typer.Option("--signatory", metavar="KEY", help="Its signatory.")
    ] = None,
    name_zh: Annotated[str, typer.Option("--name-zh", metavar="NAME", help="Its name in Chinese.")] = "",
    acting: Annotated[str, typer.Option("--acting", metavar="NAME", help="The body that acts for it.")] = "",
    zone: Annotated[
        str | None,
        typer.Option("--zone", metavar="ZONE", help="Its time zone; without it that of its focal point."),
    ] = None,
) -> rq.AnyRequest:
    """Replace a member by another: same partnership, new membership, scoping again in shortened time."""
    focal_point = desk.person(focal)
    roles = (
        (Role.FOCAL_POINT, focal_point),
        *_also(desk, Role.DEPUTY, deputy),
        *_also(desk, Role.SIGNATORY, signatory),
    )
    return rq.ReplaceMember(
        leaving=leaving,
        member=Member(
            side=side,
            name=name,
            name_zh=name_zh,
            country=of,
            level=level,
            zone=zone or focal_point.zone,
            acting=acting,
            since=desk.at,
        ),
        holders=tuple(_holder(desk, person, role, side, of) for role, person in roles),
        reason=reason,
        agreed=agreed,
    )


def _also(desk: Desk, role: Role, key: str | None) -> tuple[tuple[Role, Person], ...]:
    return ((role, desk.person(key)),) if key is not None else ()


def _holder(desk: Desk, person: Person, role: Role, side: Side, country: str) -> Holder:
    return Holder(
        person=person.id, role=role, side=side, zone=person.zone, country=country, since=desk.at, until=None
    )


@asked(app, "change-holder", PANEL, shared=True)
def change_holder(
    desk: Desk,
    role: RoleArgument,
    side: SideArgument,
    leaving: Annotated[
        str | None, typer.Option("--leaving", metavar="KEY", help="Who leaves the role.")
    ] = None,
    to: Annotated[str | None, typer.Option("--to", metavar="KEY", help="Who takes it over.")] = None,
    of: Annotated[
        str | None,
        typer.Option(
            "--country",
            metavar="CODE",
            parser=country,
            help="Whose working days count; without it the member's.",
        ),
    ] = None,
    letter: Annotated[str | None, Words("The letter that says so")] = None,
) -> rq.AnyRequest:
    """Record that a person leaves a role, that another takes it over, or both."""
    if (side in SIDES) != (role in OF_A_SIDE):
        sides = "eu or cn" if role in OF_A_SIDE else Side.PROGRAMME.value
        raise misused(f"{role.value} is a role of {sides}, not of {side.value}")
    if to is not None and to == leaving:
        raise misused(f"{to} cannot leave the role and take it over; nothing changes")
    successor = None
    if to is not None:
        person = desk.person(to)
        successor = _holder(desk, person, role, side, of or _country(desk, role, side))
    return rq.ChangeHolder(
        role=role,
        side=side,
        leaving=desk.person(leaving).id if leaving is not None else None,
        to=successor,
        letter=letter,
    )


def _country(desk: Desk, role: Role, side: Side) -> str:
    if side in SIDES:
        return desk.state.members_of(side)[0].country
    before = [held for held in desk.state.holders if held.role is role and held.side is side]
    if not before:
        raise misused("say whose working days count with --country, such as BE")
    return before[-1].country


@asked(app, "delegate", PANEL, shared=True)
def delegate(
    desk: Desk,
    to: Annotated[str, typer.Option("--to", metavar="KEY", help="Who may act.")],
    until: Annotated[
        datetime,
        typer.Option("--until", metavar="DAY", parser=last_moment, help="Up to and including this day."),
    ],
    since: Since = None,
    stage: Annotated[
        list[Stage] | None, typer.Option("--stage", help="In this stage only; may be given several times.")
    ] = None,
) -> rq.AnyRequest:
    """Let another person act in one's role for a time, in some stages or all."""
    return rq.Delegate(
        to=desk.person(to).id,
        role=desk.by.role,
        side=desk.by.side,
        since=since or desk.at,
        until=until,
        stages=tuple(dict.fromkeys(stage or ())),
    )


@asked(app, "log-contact", PANEL, shared=True)
def log_contact(
    desk: Desk,
    person: Annotated[str, typer.Argument(metavar="PERSON", help="Who was reached, by key.")],
    channel: Annotated[rq.Channel, typer.Argument(metavar="CHANNEL", help="How.")],
    note: Annotated[str | None, Words("What was said")] = None,
) -> rq.AnyRequest:
    """Record that a person was reached by phone or otherwise: the reminders to them stop."""
    return rq.LogContact(person=desk.person(person).id, channel=channel, note=note)


@asked(app, "adopt-calendar", PANEL, shared=True)
def adopt_calendar(
    desk: Desk,
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="What the edition is called.")],
    through: Annotated[int, typer.Option("--through", min=2021, max=2100, help="The last year it holds.")],
    published: Annotated[
        datetime | None, typer.Option("--published", metavar="DAY", parser=moment, help="Without it today.")
    ] = None,
) -> rq.AnyRequest:
    """Adopt a new edition of the official holiday lists; open deadlines are reckoned anew."""
    return rq.AdoptCalendar(edition=lists(desk, name, through, published))


def lists(desk: Desk, name: str, through: int, published: datetime | None) -> CalendarEdition:
    """The official lists of the countries an entity knows, as an edition of a day."""
    countries = desk.state.edition.countries
    first = min(calendar.starts.year for calendar in countries)
    day: date = (published or desk.at).astimezone(UTC).date()
    if day > desk.at.astimezone(UTC).date():  # it would keep every edition before that day out
        raise misused(f"--published {day} is still to come; without it the edition is of today")
    try:
        return edition(name, day, [calendar.country for calendar in countries], first, through)
    except ValueError as wrong:
        raise Refusal(str(wrong)) from None


@app.command(rich_help_panel=PANEL)
def terms(ctx: typer.Context, code: Code, as_json: AsJson = False) -> None:
    """Print the terms a partnership lives by: to be read, or edited and adopted."""
    with records(ctx) as ledger:
        state = partnership(ledger, code)
    termsfile.show(state.terms, as_json=as_json)


@asked(app, "adopt-terms", PANEL, shared=True)
def adopt_terms(
    desk: Desk,
    file: Annotated[Path, typer.Option("--terms", metavar="FILE", help="All terms, as `terms` prints them.")],
    decision: Annotated[str, Words("The decision to adopt them")],
) -> rq.AnyRequest:
    """Adopt other rules and durations from now on; what is under way keeps the clocks it has."""
    return rq.AdoptTerms(
        terms=filled(termsfile.read(file, desk.read(file)), desk.state.terms), decision=decision
    )


Where = Annotated[str, typer.Argument(metavar="COUNTRY", parser=country, help="Such as CN or IT.")]
Order = Annotated[str, Words("Whose order, in words")]


@asked(app, "restrict-travel", PANEL, shared=True)
def restrict_travel(
    desk: Desk,
    where: Where,
    since: Annotated[
        datetime, typer.Option("--since", metavar="DAY", parser=moment, help="From when on nobody travels.")
    ],
    order: Order,
    until: Annotated[
        datetime | None,
        typer.Option("--until", metavar="DAY", parser=last_moment, help="Until when, where that is known."),
    ] = None,
) -> rq.AnyRequest:
    """Record that nobody travels to a country; what was planned is looked at anew, and nothing changes by itself."""
    countries = sorted({one.country for one in desk.state.members if one.until is None})
    if countries and where not in countries:
        raise Refusal(
            f"nobody travels to {where} for {desk.state.code}: its members are in {listed(countries)}"
        )
    return rq.RestrictTravel(country=where, since=since, until=until, order=order)


@asked(app, "resume-travel", PANEL, shared=True)
def resume_travel(
    desk: Desk,
    where: Where,
    since: Annotated[
        datetime,
        typer.Option("--since", metavar="DAY", parser=moment, help="From when on people travel again."),
    ],
    order: Order,
) -> rq.AnyRequest:
    """Record that people travel to a country again."""
    return rq.ResumeTravel(country=where, since=since, order=order)


Errand = Annotated[
    str, typer.Argument(metavar="ERRAND", parser=code, help="What others were asked, such as completed.")
]


@asked(app, "run-again", PANEL, shared=True)
def run_again(desk: Desk, errand: Errand) -> rq.AnyRequest:
    """Ask those once more that refused what they were asked on its behalf."""
    return rq.RunAgain(errand=errand)


@asked(app, "let-be", PANEL, shared=True)
def let_be(
    desk: Desk,
    errand: Errand,
    reason: Reason,
    text: Annotated[str | None, Words("Why, in words")] = None,
) -> rq.AnyRequest:
    """Let those be that refused what they were asked on its behalf."""
    return rq.LetBe(errand=errand, reason=reason, text=text)
