"""What is asked of a programme: the shared requests, its reports, its cut-offs, its end, and broadcasts to all."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer

from console import programme_standing, scoping, termsfile
from console.asking import Desk, Words, asked
from console.kinds import share
from console.options import NewEnd, Reason, SuspendedSince, code, country, last_moment, moment
from console.programmes import app
from console.proposing import Addendum, Remark, extension
from console.session import AsJson, records
from console.steering import lists
from domain import requests as rq
from domain.broad_requests import Broad
from domain.entities import KINDS
from domain.policies import filled

PANEL = "Reports and cut-offs"
Order = Annotated[str, Words("The written order")]

groups = share(app, "programme")
app.command("cut-offs", rich_help_panel=PANEL)(programme_standing.cut_offs)
app.command("broadcast-report", rich_help_panel="For two persons")(programme_standing.broadcast_report)
broadcast_app = typer.Typer(
    no_args_is_help=True, help="Propose one request to many entities; a second person confirms it."
)
app.add_typer(broadcast_app, name="broadcast", rich_help_panel="For two persons")


@asked(groups["propose"], "extend", of="programme", shown_first="always")
def extend(
    desk: Desk,
    ends: NewEnd,
    reason: Reason,
    addendum: Addendum,
    remark: Remark = None,
) -> rq.AnyRequest:
    """Extend the programme at no cost: shows every date that moves, and asks back; every entity of it is told."""
    return extension(ends, reason, addendum, remark)


@app.command(rich_help_panel="The secretariat's steps")
def terms(ctx: typer.Context, code: programme_standing.Code, as_json: AsJson = False) -> None:
    """Print the terms a programme lives by: to be read, or edited and adopted."""
    with records(ctx) as ledger:
        state = programme_standing.programme(ledger, code)
    termsfile.show(state.terms, as_json=as_json)


@asked(app, "ask-acceptance", PANEL, of="programme")
def ask_acceptance(
    desk: Desk,
    gate: Annotated[str, typer.Argument(metavar="GATE", help="The report's gate, such as R2.")],
    letter: Annotated[str, Words("The written request")],
) -> rq.AnyRequest:
    """Ask in writing that a report be accepted; a second silence then approves it."""
    return rq.AskAcceptance(gate=code(gate).upper(), letter=letter)


@asked(app, "object-cut-off", PANEL, of="programme")
def object_cut_off(
    desk: Desk,
    cut_off: Annotated[str, typer.Argument(metavar="CUT-OFF", help="Such as E-270.")],
    reason: Reason,
    text: Annotated[str, Words("What speaks against it")],
) -> rq.AnyRequest:
    """Object to a cut-off that was reached; the team leader answers."""
    return rq.ObjectCutOff(cut_off=code(cut_off).upper(), reason=reason, text=text)


@asked(app, "answer-objection", PANEL, of="programme")
def answer_objection(
    desk: Desk,
    objection: Annotated[int, typer.Argument(metavar="NUMBER", min=1, help="Which objection.")],
    upheld: Annotated[
        bool, typer.Option("--uphold/--dismiss", help="Whether the objector is right.", show_default=False)
    ],
    answer: Annotated[str, Words("The answer")],
) -> rq.AnyRequest:
    """Answer an objection to a cut-off."""
    return rq.AnswerObjection(objection=objection, upheld=upheld, answer=answer)


# --- broadcasts ----------------------------------------------------------------------------------------------------

_TRAVELLING = ("partnership", "visit", "cluster")
Only = Annotated[
    list[str] | None,
    typer.Option("--only", metavar="CODE", help="Only this entity; may be given several times."),
]
_SCOPE: tuple[tuple[str, Any, Any], ...] = (
    ("only", Only, None),
    ("kind", scoping.Kind, None),
    ("member", scoping.Member, None),
    ("side", scoping.MembersSide, None),
    ("component", scoping.InComponent, None),
    ("cluster", scoping.InCluster, None),
    ("stage", scoping.InStage, None),
    ("reason", Reason, inspect.Parameter.empty),
    ("remark", Remark, None),
)

What = Callable[..., Broad]


def spread(name: str, *kinds: str, to_country: bool = False) -> Callable[[What], What]:
    """Makes a broadcast of a function that builds a request from a desk and its own options.

    It goes to entities of these kinds, by default; `to_country` where its own option `country` narrows it too.
    """

    def made(what: What) -> What:
        hints = get_type_hints(what, include_extras=True)
        own = {
            one.name: (hints[one.name], one.default)
            for one in inspect.signature(what).parameters.values()
            if one.name != "desk"
        }
        narrowing = {
            option: (annotation, default)
            for option, annotation, default in _SCOPE
            if option not in own and not (to_country and option == "member")
        }
        both = own | narrowing

        def build(desk: Desk, **given: Any) -> rq.AnyRequest:
            request = what(desk, **{option: given[option] for option in own})
            wishes = scoping.Wishes(
                codes=tuple(given["only"] or ()),
                kinds=tuple(given["kind"] or ()),
                country=given["country"] if to_country else given["member"],
                side=given["side"],
                component=given["component"],
                cluster=given["cluster"],
                stage=given["stage"],
            )
            scope = scoping.scope_of(desk.ledger, desk.state.programme, wishes, kinds)
            matter = rq.Broadcast(scope=scope, request=request)
            return rq.Propose(matter=matter, reason=given["reason"], remark=given["remark"])

        build.__name__, build.__doc__ = what.__name__, what.__doc__
        build.__annotations__ = {"desk": Desk, **{option: one for option, (one, _) in both.items()}}
        build.__signature__ = inspect.Signature(  # type: ignore[attr-defined]  # it is read by `asked`
            [
                inspect.Parameter("desk", inspect.Parameter.KEYWORD_ONLY),
                *(
                    inspect.Parameter(option, inspect.Parameter.KEYWORD_ONLY, default=default)
                    for option, (_, default) in both.items()
                ),
            ]
        )
        asked(broadcast_app, name, of="programme", shown_first="always")(build)
        return what

    return made


@spread("suspend")
def suspend(desk: Desk, order: Order, since: SuspendedSince = None) -> Broad:
    """Suspend everything in scope on the authority's order: no clock runs, no letter goes out."""
    return rq.Suspend(order=order, since=since)


@spread("lift-suspension")
def lift_suspension(desk: Desk, order: Order) -> Broad:
    """Lift suspensions: every clock goes on with the days that remained."""
    return rq.LiftSuspension(order=order)


@spread("hold")
def hold(desk: Desk, reason: Reason) -> Broad:
    """Put everything in scope on hold: clocks stand still until it is resumed."""
    return rq.Hold(reason=reason)


@spread("resume")
def resume(desk: Desk) -> Broad:
    """Resume what is on hold: every clock goes on with the days that remained."""
    return rq.Resume()


Abroad = Annotated[
    str, typer.Option("--country", metavar="CODE", parser=country, help="Where nobody travels to.")
]
Since = Annotated[datetime, typer.Option("--since", metavar="DAY", parser=moment, help="From when.")]


@spread("restrict-travel", *_TRAVELLING, to_country=True)
def restrict_travel(
    desk: Desk,
    country: Abroad,
    since: Since,
    order: Order,
    until: Annotated[
        datetime | None,
        typer.Option(
            "--until", metavar="DAY", parser=last_moment, help="The last day; else until further notice."
        ),
    ] = None,
) -> Broad:
    """Record that nobody travels to a country, in all that has a member there."""
    return rq.RestrictTravel(country=country, since=since, until=until, order=order)


@spread("resume-travel", *_TRAVELLING, to_country=True)
def resume_travel(desk: Desk, country: Abroad, since: Since, order: Order) -> Broad:
    """Record that people travel to a country again."""
    return rq.ResumeTravel(country=country, since=since, order=order)


@spread("adopt-calendar", *KINDS)
def adopt_calendar(
    desk: Desk,
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="What the edition is called.")],
    through: Annotated[int, typer.Option("--through", min=2021, max=2100, help="The last year it holds.")],
    published: Annotated[
        datetime | None, typer.Option("--published", metavar="DAY", parser=moment, help="Without it today.")
    ] = None,
) -> Broad:
    """Adopt a new edition of the official holiday lists everywhere; each keeps the countries it knows."""
    return rq.AdoptCalendar(edition=lists(desk, name, through, published))


@spread("adopt-terms", "partnership")
def adopt_terms(
    desk: Desk,
    file: Annotated[Path, typer.Option("--terms", metavar="FILE", help="All terms, as `terms` prints them.")],
    decision: Annotated[str, Words("The decision to adopt them")],
) -> Broad:
    """Adopt other rules and durations in partnerships; what is under way keeps the clocks it has."""
    return rq.AdoptTerms(terms=filled(termsfile.read(file, desk.read(file))), decision=decision)
