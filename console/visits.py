"""Study visits on the command line: planned from partnerships, stepped, moved, converted, made, and their groups."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Any

import typer

from client import people, visits
from client.founding import free_code
from client.reading import entity, partnership, present, reading
from console import asking, errors, kinds, showing, telling
from console.asking import Desk, Words, asked
from console.errors import misused
from console.options import code, content_hash, flag, place
from console.session import AsJson, session
from console.showing import Column, loose
from domain import requests as rq
from domain.values import ExchangeMode, Refusal
from domain.visits import requests as vr
from domain.visits.events import Direction
from domain.visits.founding import founding
from domain.visits.rows import timetable
from domain.visits.visit import StudyVisit

PANEL = "The visit"


def _facts(state: StudyVisit, names: telling.Names) -> Iterator[tuple[str, str | None]]:
    days = f"{showing.days(state.days)} from {state.first}" if state.first else "put off, no days yet"
    yield "visit", f"{telling.plain(state.mode)}, {telling.plain(state.direction)}, {days}"
    yield "put off", showing.counted(state.moved, "time") if state.moved else None
    yield "received by", ", ".join(state.hosts)
    yield "serves", ", ".join(f"{one.code} ({one.eu} and {one.cn})" for one in state.serves)
    for group in state.groups:
        step = telling.plain(group.step) if group.step else "not begun"
        head = f", headed by {names(group.head)}" if group.head else ""
        refused = f", {len(group.refused)} refused" if group.refused else ""
        yield (
            f"sub-group {group.group}",
            f"{group.sender} for {', '.join(group.serves)}: {len(group.participants)} named{head}; {step}{refused}",
        )
    if state.completion is not None:
        made = state.completion
        yield (
            "made",
            f"{made.first} to {made.last}, {made.participants_eu} EU and {made.participants_cn} CN participants",
        )
    for agreed in state.agreed:
        yield f"agreed: {agreed.host}", names(agreed.person)
    for cost in state.costs:
        note = "" if cost.eligible else ", not eligible"
        yield f"cost: {telling.plain(cost.what)}", f"{cost.amount} {cost.currency}{note}"
    yield "travel data", f"purged on {showing.day(state.purged)}" if state.purged else None


def _rows(state: StudyVisit) -> list[dict[str, Any]]:
    return [
        {"step": row.step, "about": row.about, "due": row.due, "done": row.done, "task": row.task}
        for row in timetable(state)
    ]


def _timetable(state: StudyVisit) -> None:
    """Every step with its day, also what is nobody's task yet."""
    found = timetable(state)
    if not found:
        return
    titles = {gate.code: f"{gate.code} {gate.title}" for terms in state.terms.stages for gate in terms.gates}
    showing.line()
    showing.heading("Timetable")
    showing.table(
        (Column("Due"), loose("Step"), loose("About"), Column("Stands")),
        [
            (
                str(row.due) if row.due is not None else "no date",
                titles.get(row.step, telling.plain(row.step)),
                row.about,
                f"done {showing.day(row.done)}" if row.done else "task" if row.task else "foreseen",
            )
            for row in found
        ],
    )


app = kinds.group(
    "visit",
    "Study visits: one delegation that serves many partnerships.",
    _facts,
    kinds.More("timetable", _rows, _timetable),
)


def _day(value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise misused(f"{value!r} is no day; write it as 2023-03-13") from None


_FIRST = typer.Option("--first", metavar="DAY", parser=_day, help="Its first day, such as 2023-03-13.")


@app.command(rich_help_panel=PANEL)
def found(
    ctx: typer.Context,
    visit: Annotated[
        str, typer.Argument(metavar="CODE", parser=code, help="A code of its own, such as V-01.")
    ],
    title: Annotated[
        str, typer.Option("--title", metavar="TEXT", help="What it is called; no names of people.")
    ],
    direction: Annotated[Direction, typer.Option("--direction", help="Which way people travel.")],
    serves: Annotated[
        list[str], typer.Option("--serves", metavar="CODE", help="A partnership it serves; once for each.")
    ],
    hosts: Annotated[
        list[str],
        typer.Option("--host", metavar="PLACE", help="The city or region that receives; once for each."),
    ],
    first: Annotated[date, _FIRST],
    days: Annotated[int, typer.Option("--days", min=1, max=30, help="Days, those of travel included.")],
    acting_as: Annotated[
        str, typer.Option("--as", metavar="KEY", envvar="TANDEM_AS", help="Who acts: a person's key.")
    ],
    mode: Annotated[ExchangeMode, typer.Option("--mode", help="How it is made.")] = ExchangeMode.PHYSICAL,
    title_zh: Annotated[str, typer.Option("--title-zh", metavar="TEXT", help="The title in Chinese.")] = "",
    as_json: AsJson = False,
) -> None:
    """Plan a study visit for several partnerships: its timetable is counted back from its first day."""
    settings = session(ctx).settings()
    with reading(settings) as ledger:
        served = [partnership(ledger, one) for one in dict.fromkeys(serves)]
        who = people.person(ledger, acting_as)
        by = people.acting(served[0], who, None, None, None)
        try:
            event = founding(
                free_code(ledger, visit),
                title=title,
                title_zh=title_zh,
                direction=direction,
                mode=mode,
                serves=served,
                hosts=list(dict.fromkeys(hosts)),
                first=first,
                days=days,
                by=by,
                at=present(ledger, served[0].programme),
            )
            asking.found(settings, ledger, event)
        except Refusal as refusal:
            raise Refusal(people.named(ledger, refusal.sentence), grave=refusal.grave) from None
        record = ledger.standing(f"visit/{visit}")
    if as_json:
        showing.as_json({"visit": visit, "record": record})
        return
    showing.line(
        f"{visit}: planned, {showing.days(days)} from {first}; `tandem visit show {visit}` tells what is owed"
    )


@asked(app, "step", PANEL, of="visit")
def step(
    desk: Desk,
    step: Annotated[
        str, typer.Argument(metavar="STEP", parser=code, help="Such as dates, freeze or invitation.")
    ],
    about: Annotated[
        str | None,
        typer.Option(
            "--about", metavar="CODE", parser=code, help="The sub-group, or the partnership, it is for."
        ),
    ] = None,
    text: Annotated[str | None, Words("The letter or paper of this step, or a note on it")] = None,
    grades: Annotated[
        str | None,
        typer.Option(
            "--grades",
            metavar="1,2,3,4,5",
            help="With survey: how many gave one point, two, three, four and five, such as 0,1,2,8,4.",
        ),
    ] = None,
) -> rq.AnyRequest:
    """Record that a step of the timetable is taken."""
    given = None if grades is None else _grades(grades)
    return vr.StepVisit(step=step.replace("-", "_"), about=about, text=text, grades=given)


def _grades(given: str) -> vr.Grades:
    numbers = [int(one) for one in given.split(",") if re.fullmatch(r"\s*[0-9]{1,6}\s*", one)]
    if len(numbers) != 5 or given.count(",") != 4:
        raise misused(
            f"{given!r} are no grades; write five numbers, from one point to five, such as 0,1,2,8,4"
        )
    one, two, three, four, five = numbers
    return one, two, three, four, five


@asked(app, "form-group", PANEL, of="visit")
def form_group(
    desk: Desk,
    group: Annotated[str, typer.Argument(metavar="GROUP", parser=code, help="A code for it, such as g1.")],
    sender: Annotated[
        str, typer.Option("--sender", metavar="PLACE", help="The city or region that sends it.")
    ],
    host: Annotated[
        str, typer.Option("--host", metavar="PLACE", help="The city or region that receives it.")
    ],
    contact: Annotated[str, typer.Option("--contact", metavar="KEY", help="The sender's focal point.")],
    host_contact: Annotated[
        str, typer.Option("--host-contact", metavar="KEY", help="The host's focal point.")
    ],
    serves: Annotated[
        list[str],
        typer.Option("--serves", metavar="CODE", help="A partnership it travels for; once for each."),
    ],
) -> rq.AnyRequest:
    """Form a sub-group of the delegation."""
    return vr.FormGroup(
        group=group,
        sender=sender,
        host=host,
        contact=desk.person(contact).id,
        host_contact=desk.person(host_contact).id,
        serves=tuple(dict.fromkeys(serves)),
    )


_GROUP = typer.Argument(metavar="GROUP", parser=code, help="The sub-group's code.")


@asked(app, "name-participants", PANEL, of="visit")
def name_participants(
    desk: Desk,
    group: Annotated[str, _GROUP],
    who: Annotated[
        list[str], typer.Option("--who", metavar="KEY", help="A participant on file; once for each.")
    ],
    head: Annotated[str, typer.Option("--head", metavar="KEY", help="Who heads the sub-group.")],
    reason: Annotated[
        str | None,
        typer.Option("--reason", metavar="CODE", parser=code, help="Why names change once they are frozen."),
    ] = None,
) -> rq.AnyRequest:
    """Name who travels in a sub-group: people on file (tandem people), by their keys."""
    return vr.NameParticipants(
        group=group,
        participants=tuple(desk.person(one).id for one in who),
        head=desk.person(head).id,
        reason=reason,
    )


@asked(app, "group-step", PANEL, of="visit")
def group_step(
    desk: Desk,
    group: Annotated[str, _GROUP],
    step: Annotated[
        vr.GroupStep, typer.Argument(metavar="STEP", help="How far its clearance or its visas are.")
    ],
    refused: Annotated[
        list[str] | None, typer.Option("--refused", metavar="KEY", help="Who was refused; once for each.")
    ] = None,
    text: Annotated[str | None, Words("The answer of the authority, or a note")] = None,
) -> rq.AnyRequest:
    """Record a sub-group's clearance by its own authority, or its visas."""
    return vr.StepGroup(
        group=group,
        step=step,
        refused=tuple(desk.person(one).id for one in refused or ()),
        text=text,
    )


_REASON = typer.Option("--reason", metavar="CODE", parser=code, help="Why, such as host, guest, visa.")


@asked(app, "move", PANEL, of="visit", shown_first="always")
def move(
    desk: Desk,
    reason: Annotated[str, _REASON],
    first: Annotated[
        date | None,
        typer.Option(
            "--first", metavar="DAY", parser=_day, help="Its new first day; without one it is put off."
        ),
    ] = None,
    days: Annotated[
        int | None, typer.Option("--days", min=1, max=30, help="How many days from now on.")
    ] = None,
) -> rq.AnyRequest:
    """Move a visit, or put it off: shows every date of its timetable that would move, and asks back."""
    return vr.MoveVisit(first=first, days=days, reason=reason)


_COST = re.compile(r"^([A-Za-z0-9_-]+)=([0-9.]+)\s*([A-Z]{3})(:asked)?(:denied)?(?::(.+))?$")


def _cost(given: str) -> vr.Cost:
    """`flights=1200.00EUR:asked:denied:refusal.pdf`."""
    found = _COST.match(given)
    if found is None:
        raise misused(
            f"{given!r} is no cost; write WHAT=AMOUNTCUR, then :asked, :denied and :FILE where it applies, such as "
            "flights=1200.00EUR:asked:denied:refusal.pdf"
        )
    what, amount, currency, refund_asked, denied, file = found.groups()
    try:
        exact = Decimal(amount)
    except InvalidOperation:
        raise misused(f"{amount!r} is no amount; write it as 1200.00") from None
    return vr.Cost(
        what=what,
        amount=exact,
        currency=currency,
        refund_asked=bool(refund_asked),
        refund_denied=bool(denied),
        evidence=content_hash(Path(file)) if file else None,
    )


_COSTS = typer.Option(
    "--cost", metavar="COST", help="flights=1200.00EUR:asked:denied:FILE; once for each cost that is left."
)


@asked(app, "convert", PANEL, of="visit")
def convert(
    desk: Desk,
    mode: Annotated[ExchangeMode, typer.Argument(metavar="MODE", help="virtual or hybrid.")],
    reason: Annotated[str, _REASON],
    agreed: Annotated[
        list[str] | None,
        typer.Option(
            "--agreed", metavar="HOST=KEY", help="A host that agrees, and who said so for it; once for each."
        ),
    ] = None,
    consent: Annotated[str | None, Words("The hosts' consent in words")] = None,
    costs: Annotated[list[str] | None, _COSTS] = None,
) -> rq.AnyRequest:
    """Make a visit in part or wholly without travelling, as its hosts agreed; it counts as what it is then."""
    if mode not in (ExchangeMode.VIRTUAL, ExchangeMode.HYBRID):
        raise misused(f"a visit is converted to virtual or hybrid, not to {mode.value}")
    return vr.ConvertVisit.model_validate(
        {
            "mode": mode,
            "reason": reason,
            "agreed": tuple(_agreed(desk, one) for one in agreed or ()),
            "consent": consent,
            "costs": tuple(_cost(one) for one in costs or ()),
        }
    )


def _agreed(desk: Desk, given: str) -> vr.HostConsent:
    """`Lazio=c2-01.eu.focal`."""
    host, _, key = given.rpartition("=")
    if not host.strip() or not key.strip():
        raise misused(
            f"{given!r} is no consent; write the host and the key of who agreed for it, such as "
            "Hangzhou=c1-01.cn.focal"
        )
    return vr.HostConsent(host=place(host.strip()), person=desk.person(key.strip()).id)


@asked(app, "cancel", PANEL, of="visit")
def cancel(
    desk: Desk,
    reason: Annotated[str, _REASON],
    text: Annotated[str, Words("Why, in words")],
    costs: Annotated[list[str] | None, _COSTS] = None,
) -> rq.AnyRequest:
    """Cancel a visit; a cost is eligible where its refund was asked for and denied, with evidence."""
    return vr.CancelVisit(reason=reason, text=text, costs=tuple(_cost(one) for one in costs or ()))


@asked(app, "incident", PANEL, of="visit")
def incident(
    desk: Desk,
    text: Annotated[str, Words("What happened, or how it was settled")],
    over: Annotated[bool, flag("--over", "It is settled.")] = False,
) -> rq.AnyRequest:
    """Report an incident on the way, or that it is settled."""
    return vr.ReportIncident(text=text, over=over)


@asked(app, "complete", PANEL, of="visit")
def complete(
    desk: Desk,
    eu: Annotated[int, typer.Option("--eu", min=0, help="Participants of the EU side.")],
    cn: Annotated[int, typer.Option("--cn", min=0, help="Participants of the Chinese side.")],
    women: Annotated[int, typer.Option("--women", min=0, help="How many of them were women.")],
    document: Annotated[
        Path, typer.Option("--document", metavar="FILE", help="The attendance lists: no evidence, no count.")
    ],
    groups: Annotated[
        list[str] | None,
        typer.Option("--group", metavar="GROUP", help="A sub-group that travelled; once for each."),
    ] = None,
    first: Annotated[
        date | None,
        typer.Option("--first", metavar="DAY", parser=_day, help="Its first day, if not as planned."),
    ] = None,
    last: Annotated[
        date | None,
        typer.Option("--last", metavar="DAY", parser=_day, help="Its last day, if not as planned."),
    ] = None,
) -> rq.AnyRequest:
    """Record that a visit was made: each partnership it served is told of it once."""
    state = desk.state
    assert isinstance(state, StudyVisit)
    begun, ended = first or state.first, last or state.ends_on()
    if begun is None or ended is None:
        raise Refusal(f"visit {state.code} is put off and has no days yet (move)")
    return vr.CompleteVisit(
        first=begun,
        last=ended,
        groups=tuple(dict.fromkeys(groups or ())),
        participants_eu=eu,
        participants_cn=cn,
        women=women,
        evidence=content_hash(document),
    )


@app.command("travel-data", rich_help_panel=PANEL)
def travel_data(
    ctx: typer.Context,
    visit: Annotated[str, typer.Argument(metavar="CODE", help="A study visit, such as V-01.")],
    who: Annotated[
        str | None, typer.Option("--who", metavar="KEY", help="Keep what this participant's visa needs.")
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--file", metavar="FILE", help="The data, any text; - for stdin.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say whose travel data are kept, or keep one's; they are purged after the visit, by themselves."""
    if (who is None) is not (file is None):
        raise misused("--who and --file go together")
    with reading(session(ctx).settings()) as ledger:
        state = entity(ledger, visit, "visit")
        assert isinstance(state, StudyVisit)
        if who is not None and file is not None:
            try:
                visits.keep_travel_data(ledger, state, people.person(ledger, who).id, errors.read_text(file))
            except Refusal as refusal:
                raise Refusal(people.named(ledger, refusal.sentence)) from None
        names = telling.Names(people.names(ledger))
        kept = [names(one) for one in ledger.travel(state.entity)]
    due = state.purge_due()
    if as_json:
        showing.as_json({"visit": visit, "kept_of": kept, "purge": due, "purged": state.purged})
        return
    showing.line(f"{visit}: travel data are kept of {', '.join(kept) if kept else 'nobody'}")
    if state.purged is not None:
        showing.line(f"They were purged on {showing.day(state.purged)}.")
    elif due is not None:
        showing.line(f"They are purged on {showing.day(due)}, by themselves.")
