"""Reading a YAML file into a model, so that whatever is wrong in it is said with its line and its remedy."""

from __future__ import annotations

import difflib
import re
import types
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from domain.values import Refusal

LIMIT = 1_000_000
"""Bytes. A programme of a hundred partnerships has some fifty thousand."""
_SHOWN = 40
M = TypeVar("M", bound=BaseModel)
Loc = tuple[str, ...]

_SIGNS = {
    r"^[A-Z]{2}$": "an ISO country code such as ES",
    r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,79}$": "a code of letters, digits and _ . : - such as C1-01",
    r"^\+?[0-9 ()/-]{3,40}$": "a telephone number such as +32 2 555 01 00",
    r"^[a-z0-9][a-z0-9_.-]{0,79}$": "a handle of small letters, digits and _ . - such as c1-01.eu.focal",
}
"""What a pattern asks for, in words."""


class Facts(BaseModel):
    """Part of a file. What is not known in it is an error, most often a slip of the pen."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class WrongFile(Refusal):
    """A file that cannot be taken as it is: every problem in it, each with its line; nothing of it was used."""

    def __init__(self, problems: list[str]) -> None:
        shown = problems[:_SHOWN]
        if len(problems) > _SHOWN:
            shown.append(f"... and {len(problems) - _SHOWN} more")
        super().__init__("\n".join(shown))
        self.problems = tuple(problems)


@dataclass
class Document:
    """A file's values, the line each of them stands in, and what could not be read, by its place."""

    path: Path
    value: Any = None
    lines: dict[Loc, int] = field(default_factory=dict)
    unread: list[tuple[Loc, str]] = field(default_factory=list)

    def line(self, *loc: object) -> int:
        """The line of a value, or of the nearest thing around it that is there."""
        place = tuple(map(str, loc))
        while place not in self.lines and place:
            place = place[:-1]
        return self.lines.get(place, 1)

    def problem(self, sentence: str, *loc: object) -> str:
        """`FILE:LINE: where: what is wrong`."""
        where = shown(loc)
        return f"{self.path}:{self.line(*loc)}: {where}{': ' if where else ''}{sentence}"


def shown(loc: tuple[object, ...]) -> str:
    """`partnerships[3].eu.country`: where in a file, counted from 0."""
    words = ""
    for part in loc:
        words += f"[{part}]" if str(part).isdigit() and words else f"{'.' if words else ''}{part}"
    return words


def read(path: Path) -> Document:
    """The values of a YAML file; WrongFile where it cannot be read as one."""
    text = _text(path)
    document = Document(path)
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        if node is None:
            raise WrongFile([f"{path}:1: the file is empty"])
        document.value = _Reader(document, loader).value(node, ())
    except yaml.MarkedYAMLError as wrong:
        mark = wrong.problem_mark or wrong.context_mark
        line = mark.line + 1 if mark else 1
        said = f"{wrong.context}, {wrong.problem}" if wrong.context else f"{wrong.problem}"
        raise WrongFile([f"{path}:{line}: this is not YAML: {said}"]) from None
    except yaml.YAMLError as wrong:
        raise WrongFile([f"{path}:1: this is not YAML: {' '.join(str(wrong).split())}"]) from None
    except RecursionError:
        raise WrongFile([f"{path}:1: it is nested too deeply to be read"]) from None
    return document


def _text(path: Path) -> str:
    if not path.exists():
        raise WrongFile([f"{path}: there is no such file"])
    if not path.is_file():
        raise WrongFile([f"{path}: this is not a file that can be read"])
    try:
        size = path.stat().st_size
        if size > LIMIT:
            raise WrongFile([f"{path}: it has {size:,} bytes and may have {LIMIT:,}; is it the right file?"])
        raw = path.read_bytes()
    except OSError as error:
        raise WrongFile([f"{path}: it cannot be read: {error.strerror}"]) from None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = raw[: wrong.start].count(b"\n") + 1
        raise WrongFile(
            [f"{path}:{line}: byte {raw[wrong.start]:#04x} is not UTF-8; save the file as UTF-8"]
        ) from None


class _Loader(yaml.SafeLoader):
    """Plain YAML, but only `true` and `false` are those: `on`, `no` and the like are the words they look like."""

    yaml_implicit_resolvers = {  # noqa: RUF012  # that is how the library keeps them
        sign: [(tag, pattern) for tag, pattern in found if not tag.endswith(":bool")]
        for sign, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))


class _Reader:
    """Turns nodes into values, and remembers lines; aliases are refused, since they can blow a file up."""

    def __init__(self, document: Document, loader: _Loader) -> None:
        self.document = document
        self.loader = loader
        self._seen: set[int] = set()

    def value(self, node: yaml.Node, loc: Loc) -> Any:
        self.document.lines.setdefault(loc, node.start_mark.line + 1)
        if id(node) in self._seen:
            self._note("an alias (*) is not read here; write the value out", loc)
            return None
        self._seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, loc)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*loc, str(place))) for place, item in enumerate(node.value)]
        return self._scalar(node, loc)

    def _mapping(self, node: yaml.MappingNode, loc: Loc) -> dict[Any, Any]:
        values: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self._note("a key is a plain word", loc)
                continue
            key = self._scalar(key_node, loc)
            place = (*loc, str(key))
            line = key_node.start_mark.line + 1
            if key in values:
                first = self.document.lines[place]
                sentence = f"{shown(place)} is there twice; first in line {first}"
                self.document.unread.append((place, f"{self.document.path}:{line}: {sentence}"))
                continue
            self.document.lines[place] = line
            values[key] = self.value(value_node, place)
        return values

    def _scalar(self, node: yaml.Node, loc: Loc) -> Any:
        try:
            return self.loader.construct_object(node)
        except (ValueError, OverflowError) as wrong:
            self._note(f"{node.value!r} cannot be read: {wrong}", loc)
        except yaml.MarkedYAMLError as wrong:
            self._note(f"{wrong.problem}", loc)
        return None

    def _note(self, sentence: str, loc: Loc) -> None:
        self.document.unread.append((loc, self.document.problem(sentence, *loc)))


def parsed(document: Document, model: type[M]) -> tuple[M | None, list[str]]:
    """The file as a model, or every problem that keeps it from being one."""
    unread = [sentence for _, sentence in document.unread]
    if not isinstance(document.value, dict):
        sentence = f"it holds {_kind(document.value)} where names with values should be"
        return None, unread or [document.problem(sentence)]
    try:
        made = model.model_validate(document.value)
    except ValidationError as wrong:
        places = [loc for loc, _ in document.unread]
        found = [
            _problem(document, model, error)
            for error in wrong.errors(include_url=False)
            if not any(tuple(map(str, error["loc"]))[: len(place)] == place for place in places)
        ]
        return None, list(dict.fromkeys((*unread, *found)))
    return (None, unread) if unread else (made, [])


def _problem(document: Document, model: type[BaseModel], error: ErrorDetails) -> str:
    loc = tuple(part for part in error["loc"] if part != "[key]")
    return document.problem(_sentence(model, error, loc), *loc)


def _sentence(model: type[BaseModel], error: ErrorDetails, loc: tuple[int | str, ...]) -> str:
    given, context = error["input"], error.get("ctx", {})
    match error["type"]:
        case "missing":
            return "is missing"
        case "extra_forbidden":
            known = fields_at(model, loc[:-1])
            near = difflib.get_close_matches(str(loc[-1]), known, n=1, cutoff=0.6)
            return (
                f"is not known here; did you mean {near[0]!r}?"
                if near
                else (f"is not known here; there are {', '.join(known)}")
            )
        case "enum" | "literal_error":
            return f"{_brief(given)} is not one of {context['expected']}"
        case "string_pattern_mismatch":
            sign = _SIGNS.get(str(context["pattern"]), f"what it must look like ({context['pattern']})")
            return f"{_brief(given)} is not {sign}"
        case "string_type" if isinstance(given, bool):
            return "this is read as true or false; put it in quotes"
        case "string_type" if isinstance(given, int | float):
            return f"{given!r} is read as a number; put it in quotes"
        case "string_type":
            return f"{_kind(given)} stands where words should be"
        case kind if kind.startswith("date"):
            return f"{_brief(given)} is not a day such as 2023-12-31"
        case "model_type" | "model_attributes_type" | "dict_type":
            return f"{_kind(given)} stands where names with values should be"
        case "tuple_type" | "list_type":
            return f"{_kind(given)} stands where a list should be"
        case "value_error":
            return str(context["error"])
        case "string_too_long":
            return f"it has {len(given)} signs and may have {context['max_length']}"
        case "too_short":
            return "it is empty"
        case "string_too_short":
            return "it is empty"
        case _:
            return f"{_brief(given)}: {error['msg'][:1].lower()}{error['msg'][1:]}"


def _brief(given: object) -> str:
    said = repr(given) if isinstance(given, str) else str(given)
    return said if len(said) <= 60 else f"{said[:57]}..."


def _kind(given: object) -> str:
    if given is None:
        return "nothing"
    kinds = {dict: "names with values", list: "a list", str: "a text", bool: "true or false"}
    return kinds.get(type(given), "a number" if isinstance(given, int | float) else "a day")


def fields_at(model: type[BaseModel], loc: tuple[int | str, ...]) -> list[str]:
    """The names a model knows at a place inside it; none where anything goes."""
    found: Any = model
    for part in loc:
        found = _plain(found)
        if isinstance(found, type) and issubclass(found, BaseModel):
            field = next(
                (held for name, held in found.model_fields.items() if part in (name, held.alias)), None
            )
            found = field.annotation if field else None
        else:
            given = [one for one in get_args(found) if one is not Ellipsis]
            found = given[-1] if given else None
    found = _plain(found)
    if isinstance(found, type) and issubclass(found, BaseModel):
        return [held.alias or name for name, held in found.model_fields.items()]
    return []


def _plain(annotation: Any) -> Any:
    """An annotation without what it is annotated with, and without `| None`."""
    if get_origin(annotation) is Annotated:
        return _plain(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        return _plain(next(one for one in get_args(annotation) if one is not type(None)))
    return annotation
