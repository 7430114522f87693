"""What is asked of a programme: the shared requests, its reports, its cut-offs, its end, and broadcasts to all."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer

from client.errands import in_scope
from client.reading import SqlLedger, unknown
from console import programme_standing, termsfile
from console.asking import Desk, Words, asked
from console.errors import misused
from console.kinds import share
from console.options import Reason, SuspendedSince, code, country, last_day, last_moment, moment
from console.programmes import app
from console.session import AsJson, records
from console.steering import lists
from domain import requests as rq
from domain.broad_requests import Broad
from domain.entities import KINDS
from domain.scopes import SIDE_ALONE, Scope
from domain.terms import Stage
from domain.values import Component, Refusal, Side, listed

PANEL = "Reports and cut-offs"
Remark = Annotated[str | None, Words("A remark to go with it")]
Order = Annotated[str, Words("The written order")]

groups = share(app, "programme")
app.command("cut-offs", rich_help_panel=PANEL)(programme_standing.cut_offs)
app.command("broadcast-report", rich_help_panel="For two persons")(programme_standing.broadcast_report)
broadcast_app = typer.Typer(
    no_args_is_help=True, help="Propose one request to many entities; a second person confirms it."
)
app.add_typer(broadcast_app, name="broadcast", rich_help_panel="For two persons")


@asked(groups["propose"], "extend", of="programme")
def extend(
    desk: Desk,
    ends: Annotated[
        datetime,
        typer.Option("--ends", metavar="DAY", parser=last_day, help="The programme's new last day."),
    ],
    reason: Reason,
    addendum: Annotated[str, Words("The addendum to the contract")],
    remark: Remark = None,
) -> rq.AnyRequest:
    """Extend the programme at no cost: its cut-offs move, and every entity of it is told."""
    return rq.Propose(matter=rq.Extend(ends=ends, addendum=addendum), reason=reason, remark=remark)


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

_STANDING = tuple(kind for kind in KINDS if kind != "programme")
_TRAVELLING = ("partnership", "visit", "cluster")
_SCOPE: tuple[tuple[str, Any, Any], ...] = (
    (
        "only",
        Annotated[
            list[str] | None,
            typer.Option("--only", metavar="CODE", help="Only this entity; may be given several times."),
        ],
        None,
    ),
    (
        "kind",
        Annotated[
            list[str] | None,
            typer.Option("--kind", metavar="KIND", help="Only of this kind; may be given several times."),
        ],
        None,
    ),
    (
        "member",
        Annotated[
            str | None,
            typer.Option("--country", metavar="CODE", parser=country, help="Only those with a member there."),
        ],
        None,
    ),
    (
        "side",
        Annotated[
            Side | None,
            typer.Option("--side", help="With --country: only those whose member there is of this side."),
        ],
        None,
    ),
    (
        "component",
        Annotated[Component | None, typer.Option("--component", help="Only of this component.")],
        None,
    ),
    (
        "cluster",
        Annotated[str | None, typer.Option("--cluster", metavar="CODE", help="Only of this cluster.")],
        None,
    ),
    ("stage", Annotated[Stage | None, typer.Option("--stage", help="Only those in this stage now.")], None),
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
            of = given["country"] if to_country else given["member"]
            scope = _scope(
                desk, kinds, of, {option: given[option] for option in narrowing if option in given}
            )
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
        asked(broadcast_app, name, of="programme")(build)
        return what

    return made


def _scope(desk: Desk, kinds: tuple[str, ...], of: str | None, given: dict[str, Any]) -> Scope:
    """Who is meant; Refusal for what is not on record, and where nobody under way fits."""
    ledger, programme = desk.ledger, desk.state.programme
    unlike = [kind for kind in given["kind"] or () if kind not in KINDS]
    if unlike:
        raise misused(f"{unlike[0]!r} is no kind; there are {listed(tuple(KINDS))}")
    narrow = any(one for option, one in given.items() if option not in ("reason", "remark"))
    meant = tuple(dict.fromkeys(given["kind"] or _kinds_of(ledger, given["only"]) or kinds))
    if not meant:
        # a whole programme that stands still or goes on does so with its own clocks
        meant = _STANDING if narrow or of else tuple(KINDS)
    scope = Scope(
        programme=programme,
        kinds=meant,
        codes=tuple(dict.fromkeys(given["only"] or ())),
        country=of,
        side=given["side"],
        component=given["component"],
        cluster=_cluster(ledger, programme, given["cluster"]),
        stage=given["stage"].value if given["stage"] else None,
    )
    if scope.side_alone:
        raise misused(SIDE_ALONE)
    if next(in_scope(ledger, scope), None) is None:
        raise Refusal("no entity that is under way fits; `tandem partnership list` shows all partnerships")
    return scope


def _kinds_of(ledger: SqlLedger, codes: list[str] | None) -> tuple[str, ...]:
    """The kinds of the entities named; Refusal for a code that is not on record."""
    kinds: list[str] = []
    for one in codes or ():
        found = ledger.standings(code=one)
        if not found:
            raise Refusal(unknown(ledger, one))
        kinds.append(found[0].kind)
    return tuple(kinds)


def _cluster(ledger: SqlLedger, programme: str, given: str | None) -> str | None:
    if given is None:
        return None
    known = sorted({one.cluster for one in ledger.standings(programme=programme) if one.cluster})
    found = next((one for one in known if one.lower() == given.lower()), None)
    if found is None:
        raise Refusal(
            f"no entity of programme {programme} is in cluster {given!r}; there are {listed(known)}"
        )
    return found


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
    return rq.AdoptTerms(terms=termsfile.read(file, desk.read(file)), decision=decision)
