"""How a request goes out from the command line: who acts, what is kept, what came of it and who owes what next."""

from __future__ import annotations

import asyncio
import inspect
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import typer
from pydantic import ValidationError

from client import people, troubles
from client.asking import Answer, Door, Unanswered, forget, keep, opened, recall
from client.reading import Person, SqlLedger, entity, present, reading
from client.settings import Settings
from client.troubles import Trouble
from client.wording import clean, clean_text
from console import errors, foreseeing, showing, tasks, telling
from console.options import flag
from console.session import session
from domain.entities import KINDS, AnyFounding, kind_of
from domain.living import Entity
from domain.requests import AnyRequest
from domain.tasks import tasks_of
from domain.values import NO_TEXT, Actor, Refusal, Role, Side

_MOST_ROWS = 400
"""So many dates and letters are shown before somebody is asked; of more, `--dry-run` makes a list."""


@dataclass(frozen=True)
class Words:
    """Marks a parameter that is a free text: `--NAME TEXT` or `--NAME-file FILE`; the command gets its hash.

    The text itself is kept in the vault by the door before the request is made.
    """

    help: str


@dataclass
class Desk:
    """What a command that asks something works with: the records, the partnership, who acts, and the vault.

    A request is built twice: once to see that it is one and which texts it speaks of, and once more with the
    hashes under which the door has kept them. So a mistake in an option leaves no text behind.
    """

    ledger: SqlLedger
    state: Entity
    by: Actor
    settings: Settings
    at: datetime
    texts: list[tuple[str, str]] = field(default_factory=list)
    hashes: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What the answer is to mention besides, such as the version a decision was made on."""
    seen: bool = False
    """Whether whoever asks was shown what it would do."""
    _files: dict[Path, str] = field(default_factory=dict)

    def person(self, key: str) -> Person:
        """Somebody on file by their key."""
        return people.person(self.ledger, key)

    def keep(self, kind: str, text: str) -> str:
        """The hash of a text that the door keeps; the second time it is asked, in the same order."""
        self.texts.append((kind, clean_text(text)))
        place = len(self.texts) - 1
        return self.hashes[place] if place < len(self.hashes) else NO_TEXT

    def read(self, path: Path) -> str:
        """The text of a file, or of stdin, which can be read once only."""
        if path not in self._files:
            self._files[path] = errors.read_text(path)
        return self._files[path]


# --- the shape every requesting command has ------------------------------------------------------------------------

_AS = Annotated[
    str,
    typer.Option("--as", metavar="KEY", envvar="TANDEM_AS", help="Who acts: a person's key, c1-01.eu.focal."),
]
_FOR = Annotated[
    str | None, typer.Option("--for", metavar="KEY", help="On whose behalf, where it was delegated.")
]
_ROLE = Annotated[Role | None, typer.Option("--role", help="In which role, where the person holds several.")]
_SIDE = Annotated[
    Side | None, typer.Option("--for-side", help="For which side, where the role is held for both.")
]
_JSON = Annotated[bool, flag("--json", "Print JSON and nothing else.")]
_YES = Annotated[bool, flag("--yes", "Send it without asking back.")]
_COMMON: tuple[tuple[str, Any, Any], ...] = (
    ("acting_as", _AS, inspect.Parameter.empty),
    ("acting_for", _FOR, None),
    ("acting_role", _ROLE, None),
    ("acting_side", _SIDE, None),
    ("dry_run", Annotated[bool, flag("--dry-run", "Only say what would happen; nothing is sent.")], False),
    ("as_json", _JSON, False),
)


ShownFirst = Literal["always", "of many", "never"]


@dataclass(frozen=True)
class Shared:
    """A request that every kind of entity can be asked, for the command groups of the other kinds."""

    group: str
    """The name of the group within the kind's, such as `propose`; empty where it is of the kind's own."""
    name: str
    panel: str | None
    build: Callable[..., AnyRequest]
    shown_first: ShownFirst


SHARED: list[Shared] = []


def asked(
    app: typer.Typer,
    name: str,
    panel: str | None = None,
    *,
    of: str = "partnership",
    shared: bool = False,
    group: str = "",
    shown_first: ShownFirst = "never",
) -> Callable[[Callable[..., AnyRequest]], Callable[..., None]]:
    """Makes a command of a function that builds a request to an entity of a kind from a desk and its own options.

    The command gets CODE, --as, --for, --role, --dry-run and --json besides, and each free text (`Words`) as two
    options. `shared` marks a request that every kind of entity can be asked. What is `shown_first` (always, or
    where what is confirmed concerns many) moves dates of many people: they are shown before it is sent, and it is
    sent once that was agreed to, or with --yes.
    """

    def made(build: Callable[..., AnyRequest]) -> Callable[..., None]:
        if shared:
            SHARED.append(Shared(group, name, panel, build, shown_first))
        hints = get_type_hints(build, include_extras=True)
        texts: dict[str, bool] = {}
        parameters = [_keyword("ctx", typer.Context), _keyword("code", _code_of(of))]
        own = [one for one in inspect.signature(build).parameters.values() if one.name != "desk"]
        for one in own:
            words = _words_of(hints[one.name])
            if words is None:
                parameters.append(_keyword(one.name, hints[one.name], one.default))
                continue
            needed = one.default is inspect.Parameter.empty
            texts[one.name] = needed
            parameters += _text_options(one.name, words, needed)
        parameters += [_keyword(*common) for common in _COMMON]
        if shown_first != "never":
            parameters.append(_keyword("yes", _YES, False))

        def command(**given: Any) -> None:
            _asked(of, build, given, texts, "never" if given.pop("yes", False) else shown_first)

        command.__doc__ = build.__doc__
        command.__name__ = build.__name__
        command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # typer reads it
        command.__annotations__ = {one.name: one.annotation for one in parameters}
        app.command(name, rich_help_panel=panel)(command)
        return command

    return made


def _code_of(kind: str) -> Any:
    example = {"partnership": "C1-01", "programme": "11438"}.get(kind, f"{kind[:1].upper()}-01")
    return Annotated[str, typer.Argument(metavar="CODE", help=f"A {KINDS[kind].noun}, such as {example}.")]


def _keyword(name: str, annotation: Any, default: Any = inspect.Parameter.empty) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _words_of(annotation: Any) -> Words | None:
    if get_origin(annotation) is Annotated:
        return next((one for one in get_args(annotation)[1:] if isinstance(one, Words)), None)
    return None


def _text_options(name: str, words: Words, needed: bool) -> list[inspect.Parameter]:
    option = name.replace("_", "-")
    must = "" if needed else " (may be left out)"
    text = Annotated[str | None, typer.Option(f"--{option}", metavar="TEXT", help=f"{words.help}{must}.")]
    file = Annotated[
        Path | None,
        typer.Option(f"--{option}-file", metavar="FILE", help=f"The same from a file, - for stdin{must}."),
    ]
    return [_keyword(name, text, None), _keyword(f"{name}_file", file, None)]


def _asked(
    kind: str,
    build: Callable[..., AnyRequest],
    given: dict[str, Any],
    texts: dict[str, bool],
    shown_first: ShownFirst,
) -> None:
    ctx, code = given.pop("ctx"), given.pop("code")
    common = {name: given.pop(name) for name, _, _ in _COMMON}
    words = {
        name: _text_given(name, given.pop(name), given.pop(f"{name}_file"), needed)
        for name, needed in texts.items()
    }
    settings = session(ctx).settings()
    with reading(settings) as ledger:
        state = entity(ledger, code, kind)
        who = people.person(ledger, common["acting_as"])
        behalf = people.person(ledger, common["acting_for"]) if common["acting_for"] else None
        by = people.acting(state, who, behalf, common["acting_role"], common["acting_side"])
        desk = Desk(ledger, state, by, settings, present(ledger, state.programme))
        try:
            if common["dry_run"] or shown_first != "never":
                request, as_json = clean(_built(build, desk, given, words)), common["as_json"]
                if common["dry_run"]:
                    foreseeing.told(desk, foreseeing.foresight(desk, request), as_json=as_json)
                    return
                if shown_first == "always" or foreseeing.concerns_many(desk, request):
                    _agreed(desk, request, as_json=as_json)
            answer = asyncio.run(_sent(desk, build, given, words))
        except Refusal as refusal:
            raise Refusal(people.named(ledger, refusal.sentence), grave=refusal.grave) from None
        outcome(desk, answer, as_json=common["as_json"])


def _agreed(desk: Desk, request: AnyRequest, *, as_json: bool) -> None:
    """Show what would happen and ask back; Refusal where nobody is there to agree, or does not."""
    try:
        foreseen = foreseeing.foresight(desk, request)
    except Refusal as refusal:
        if refusal.grave:
            return  # it is for the entity to say so, and to keep the attempt
        raise
    if as_json or not attended():
        raise Refusal(
            "this moves dates of many people, and nobody is here to agree to it; look at them with --dry-run, "
            "then ask with --yes"
        )
    foreseeing.told(desk, foreseen, as_json=False, most=_MOST_ROWS)
    desk.seen = True
    showing.line()
    if not typer.confirm("Send it?", err=True):
        raise Refusal("nothing was sent")


def attended() -> bool:
    """Whether somebody is there who can be asked."""
    return sys.stdin.isatty()


def _text_given(name: str, text: str | None, file: Path | None, needed: bool) -> str | None:
    option = f"--{name.replace('_', '-')}"
    if text is not None and file is not None:
        raise errors.misused(f"give {option} or {option}-file, not both")
    if file is not None:
        text = errors.read_text(file)
    if text is None:
        if needed:
            raise errors.misused(f"missing option {option} (or {option}-file)")
        return None
    return clean_text(text)


async def _sent(
    desk: Desk, build: Callable[..., AnyRequest], given: dict[str, Any], words: dict[str, str | None]
) -> Answer:
    """Build the request, have its texts kept, and ask."""
    _built(build, desk, given, words)
    async with opened(desk.settings, desk.ledger, desk.state.programme) as door:
        desk.hashes = [await door.keep(text, kind, desk.by.person) for kind, text in desk.texts]
        request = _built(build, desk, given, words)
        reach = "" if desk.seen else foreseeing.numbers(desk, request)
        desk.notes += [reach] if reach else []
        return await _answered(desk, door, request)


def _built(
    build: Callable[..., AnyRequest], desk: Desk, given: dict[str, Any], words: dict[str, str | None]
) -> AnyRequest:
    desk.texts.clear()
    desk.notes.clear()
    hashes = {name: desk.keep(name, text) if text is not None else None for name, text in words.items()}
    try:
        return build(desk, **given, **hashes)
    except ValidationError as wrong:
        raise errors.misused(errors.as_sentence(wrong)) from None


async def _answered(desk: Desk, door: Door, request: AnyRequest, id: str | None = None) -> Answer:
    """Ask; where nobody knows the answer, keep the request so that the very same can be asked again."""
    id = id or door.name(desk.state.entity, request, desk.by)
    unanswered = Unanswered(id=id, code=desk.state.code, request=request, by=desk.by)
    try:
        return await door.request(desk.state.entity, request, desk.by, id=id)
    except troubles.Unanswered as unknown:
        if not keep(desk.settings, unanswered):
            raise
        raise Trouble(f"{unknown.sentence} ({_again(id)})") from None
    except asyncio.CancelledError:  # Ctrl-C: it went out, and only its answer is not waited for
        if keep(desk.settings, unanswered):
            showing.aside(f"not waited for: the request may take effect yet ({_again(id)})")
        raise


def _again(id: str) -> str:
    return f"tandem partnership ask-again {id}"


def found(settings: Settings, ledger: SqlLedger, event: AnyFounding) -> None:
    """Found an entity at the door and wait until that is on record; Refusal where it was founded before."""

    async def ask() -> bool:
        async with opened(settings, ledger, event.programme) as door:
            return await door.found(event)

    if not asyncio.run(ask()):
        raise Refusal(f"{event.code} was founded before; `tandem history {event.code}` tells when")


def ask_again(
    ctx: typer.Context,
    id: Annotated[str, typer.Argument(metavar="ID", help="The id the command gave, cmd-...")],
    as_json: _JSON = False,
) -> None:
    """Ask a request again that had no answer; it takes effect once, however often it is asked."""
    settings = session(ctx).settings()
    unanswered = recall(settings, id)
    with reading(settings) as ledger:
        state = entity(ledger, unanswered.code)
        desk = Desk(ledger, state, unanswered.by, settings, present(ledger, state.programme))
        try:
            answer = asyncio.run(_asked_again(desk, unanswered))
        except Refusal as refusal:
            forget(settings, id)
            raise Refusal(people.named(ledger, refusal.sentence), grave=refusal.grave) from None
        forget(settings, id)
        outcome(desk, answer, as_json=as_json)


async def _asked_again(desk: Desk, unanswered: Unanswered) -> Answer:
    async with opened(desk.settings, desk.ledger, desk.state.programme) as door:
        return await _answered(desk, door, unanswered.request, unanswered.id)


# --- what came of it -----------------------------------------------------------------------------------------------


def outcome(desk: Desk, answer: Answer, *, as_json: bool) -> None:
    """Say what happened now, and who owes what next."""
    after = entity(desk.ledger, desk.state.code)
    entries = [
        entry
        for entry in desk.ledger.entries(desk.state.entity, since=answer.first - 1)
        if entry.number <= answer.last
    ]
    names = telling.Names(people.names(desk.ledger))
    tell = telling.Telling(names)
    told = [tell(entry.event, after) for entry in entries if not isinstance(entry.event, telling.QUIET)]
    owed = tasks.owed_of(desk.ledger.tasks(entity=after.entity), names, lambda _: desk.at)
    if as_json:
        showing.as_json(
            {
                kind_of(after.entity): after.code,
                "notes": desk.notes,
                "happened": told,
                "entries": entries,
                "standing": after.standing(),
                "status": after.status(),
                "next": [one.plain() for one in owed],
            }
        )
        return
    for note in desk.notes:
        showing.line(note, style="dim")
    for sentence in told:
        showing.line(f"{after.code}: {sentence}")
    if after.ended:
        return
    known = {(task.id, task.persons) for task in tasks_of(desk.state)}
    fresh = [one for one in owed if (one.task.task, one.task.owners) not in known]
    for one in fresh or owed[:1]:
        showing.line(f"Next: {_next(one)}")


def _next(one: tasks.Owed) -> str:
    """`Ana Prieto (EU focal point) is to decide G5.review v2: both sides review, by 2022-03-28`."""
    due = (
        f", by {one.due}"
        if one.last
        else (", without a date while it stands still" if one.task.stopped else "")
    )
    return f"{telling.in_role(one.who, one.role)} is to {one.what}{due}"
