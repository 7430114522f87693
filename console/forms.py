"""Forms of deliverables: printed to be filled in, and read back strictly."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from console import meanings, showing
from console.meanings import Line, label
from domain.deliverables import Deliverable, deliverable_of
from domain.stages import STEPS
from domain.terms import Stage
from domain.values import Refusal, listed

_NULL = "tag:yaml.org,2002:null"


def kinds() -> dict[str, type[Deliverable]]:
    """Every kind of deliverable by its name."""
    return {label(step.deliverable): step.deliverable for step in STEPS}


def stage_of(kind: str) -> Stage:
    return next(step.stage for step in STEPS if label(step.deliverable) == kind)


def kind_called(name: str) -> type[Deliverable]:
    """The kind of a name, or of the stage of that name; Refusal that lists them for any other."""
    known = kinds()
    wanted = name.lower().replace("-", "_")
    if wanted in known:
        return known[wanted]
    if wanted in [stage.value for stage in Stage]:
        return deliverable_of(Stage(wanted))
    hint = showing.closest(wanted, known) or f"; there are {listed(list(known))}"
    raise Refusal(f"{name!r} is no kind of deliverable{hint}")


def as_yaml(kind: type[Deliverable]) -> str:
    """A form to fill in: every field with what it is and what may stand there."""
    name = label(kind)
    stage = stage_of(name)
    head = [
        f"# {name.replace('_', ' ').capitalize()}, handed in at the stage {stage.words}.",
        "# Fill in what is empty; lists are written [eu, cn]; a line that begins with # is a comment. A code has",
        "# letters, digits and . _ : - only. No names of people, no free text: the document itself is known by its",
        "# hash (--document), organisations by their codes.",
        f"#   tandem partnership submit CODE {stage.value} --file THIS-FILE --document DOCUMENT",
        f"kind: {name}",
    ]
    return "\n".join([*head, *_yaml_lines(kind, "")]) + "\n"


def _yaml_lines(model: type[BaseModel], indent: str) -> Iterator[str]:
    for field in meanings.lines(model):
        need = "" if field.needed else "; may be left out"
        if field.inner is None:
            yield f"{indent}# {field.meaning} ({field.allowed}{need})"
            yield f"{indent}{field.name}:{_yaml_default(field)}"
        else:
            yield f"{indent}# {field.meaning}{need}"
            yield f"{indent}{field.name}:"
            if field.many:
                inside = list(_yaml_lines(field.inner, f"{indent}    "))
                first = next(place for place, one in enumerate(inside) if not one.lstrip().startswith("#"))
                inside[first] = f"{indent}  - {inside[first].lstrip()}"
                yield from inside
            else:
                yield from _yaml_lines(field.inner, f"{indent}  ")


def _yaml_default(field: Line) -> str:
    value = field.default
    if field.needed or value is None:
        return " []" if field.many else ""
    if isinstance(value, bool):
        return f" {str(value).lower()}"
    if isinstance(value, tuple):
        return " []"
    return f" {value}"


def as_json(kind: type[Deliverable]) -> dict[str, Any]:
    """The same form for programs: every field with null or its default."""
    return {"kind": label(kind), **_json_fields(kind)}


def _json_fields(model: type[BaseModel]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field in meanings.lines(model):
        if field.inner is not None:
            inner = _json_fields(field.inner)
            found[field.name] = [inner] if field.many else inner
        elif field.many:
            found[field.name] = []
        else:
            found[field.name] = field.default
    return found


class _Form:
    """A file's content, every value as it was written, with the line each part of it stands on.

    Values stay text and are read by the field's type: so 1200.50 keeps its cents, and a code may be `no`.
    """

    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        self._lines: dict[tuple[str | int, ...], int] = {}
        self._seen: set[int] = set()
        try:
            node = yaml.compose(text, Loader=yaml.SafeLoader)
            self.content = self._read((), node) if node is not None else None
        except yaml.MarkedYAMLError as wrong:
            mark = wrong.problem_mark
            place = f"{path}:{mark.line + 1}" if mark else str(path)
            raise Refusal(f"{place}: this is no YAML or JSON: {wrong.problem or wrong.context}") from None
        except yaml.YAMLError as wrong:
            raise Refusal(f"{path}: this is no YAML or JSON: {str(wrong).splitlines()[0]}") from None
        except RecursionError:
            raise Refusal(f"{path}: it is nested too deep for a form") from None

    def _read(self, path: tuple[str | int, ...], node: yaml.Node) -> Any:
        line = node.start_mark.line + 1
        self._lines.setdefault(path, line)
        if id(node) in self._seen:
            raise Refusal(f"{self._path}:{line}: a form has no anchors and aliases; write the part out")
        self._seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return self._fields(path, node)
        if isinstance(node, yaml.SequenceNode):
            return [self._read((*path, place), value) for place, value in enumerate(node.value)]
        return None if node.tag == _NULL else node.value

    def _fields(self, path: tuple[str | int, ...], node: yaml.MappingNode) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in node.value:
            name = str(key.value)
            line = key.start_mark.line + 1
            if name in found:
                raise Refusal(f"{self._path}:{line}: {name} stands there twice")
            self._lines[(*path, name)] = line
            found[name] = self._read((*path, name), value)
        return found

    def at(self, path: tuple[str | int, ...]) -> str:
        """`FILE:LINE` of a part, or of the nearest part around it."""
        while path and path not in self._lines:
            path = path[:-1]
        return f"{self._path}:{self._lines.get(path, 1)}"


def checked(path: Path, text: str, model: type[Deliverable], version: str) -> Deliverable:
    """The deliverable a filled-in form describes, as this version.

    Raises Refusal with file and line for a field that is not known (with the nearest that is), for those
    that are missing, each with what it is, and for values that may not stand there.
    """
    form = _Form(path, text)
    content = form.content
    if not isinstance(content, dict):
        raise Refusal(
            f"{path}: a form is a list of fields and values; `tandem partnership template {label(model)}` prints one"
        )
    given = dict(content)
    said = given.pop("kind", label(model))
    if said != label(model):
        raise Refusal(
            f"{form.at(('kind',))}: this form is {_one(str(said))}, and {_one(label(model))} is asked for here"
        )
    complaints = [*_unknown(form, model, given, ()), *_missing(form, model, given, ())]
    if complaints:
        raise Refusal(_told(complaints))
    try:
        supplied = {"kind": label(model), "version": version}
        return model.model_validate(_without_empty(model, given) | supplied)
    except ValidationError as wrong:
        raise Refusal(_told(list(_wrong(form, model, wrong)))) from None


def _told(complaints: list[str]) -> str:
    if len(complaints) == 1:
        return complaints[0]
    return "the form cannot be used yet:\n" + "\n".join(f"  {one}" for one in complaints)


def _unknown(
    form: _Form, model: type[BaseModel], given: dict[str, Any], path: tuple[str | int, ...]
) -> Iterator[str]:
    known = {field.name: field for field in meanings.lines(model)}
    for name in given:
        here = (*path, str(name))
        if name in meanings.SUPPLIED and issubclass(model, Deliverable):
            yield f"{form.at(here)}: {name} is not filled in by hand; it is made from the document"
        elif name not in known:
            hint = showing.closest(str(name), known) or f"; its fields are {listed(list(known))}"
            yield f"{form.at(here)}: there is no field {name!r} in {_where(model, path)}{hint}"
    for name, field in known.items():
        for inner, where in _parts(field, given.get(name), (*path, name)):
            assert field.inner is not None
            yield from _unknown(form, field.inner, inner, where)


def _missing(
    form: _Form, model: type[BaseModel], given: dict[str, Any], path: tuple[str | int, ...]
) -> Iterator[str]:
    for field in meanings.lines(model):
        here = (*path, field.name)
        if field.needed and given.get(field.name) is None:
            yield f"{form.at(here)}: {_dotted(here)} is missing: {field.meaning} ({field.allowed})"
        for inner, where in _parts(field, given.get(field.name), here):
            assert field.inner is not None
            yield from _missing(form, field.inner, inner, where)


def _parts(
    field: Line, value: Any, path: tuple[str | int, ...]
) -> Iterator[tuple[dict[str, Any], tuple[str | int, ...]]]:
    """The parts inside a field, each with where it stands; nothing where the value has another shape."""
    if field.inner is None:
        return
    held = value if isinstance(value, list) and field.many else [] if field.many else [value]
    for place, one in enumerate(held):
        if isinstance(one, dict):
            yield one, ((*path, place) if field.many else path)


def _without_empty(model: type[BaseModel], given: dict[str, Any]) -> dict[str, Any]:
    """What was left empty counts as left out, so that defaults hold."""
    kept: dict[str, Any] = {}
    for field in meanings.lines(model):
        value = given.get(field.name)
        if value is None:
            continue
        if field.inner is not None and isinstance(value, dict):
            value = _without_empty(field.inner, value)
        elif field.inner is not None and isinstance(value, list):
            value = [_without_empty(field.inner, one) if isinstance(one, dict) else one for one in value]
        kept[field.name] = value
    return kept


def _wrong(form: _Form, model: type[BaseModel], wrong: ValidationError) -> Iterator[str]:
    for one in wrong.errors(include_url=False):
        path = tuple(part for part in one["loc"] if isinstance(part, int) or not part.startswith("function-"))
        field = _field_at(model, path)
        may = field.allowed if field is not None else ""
        if path and isinstance(path[-1], int):  # one of a list
            may = may.removeprefix("a list of ")
        allowed = f"; it is {may}" if may else ""
        value = one["input"]
        shown = f" is {value:.60}" if isinstance(value, str) else ""
        if shown and allowed:
            yield f"{form.at(path)}: {_dotted(path)}{shown}{allowed}"
        else:
            said = one["msg"].removeprefix("Value error, ")
            yield f"{form.at(path)}: {_dotted(path)}: {said[:1].lower()}{said[1:]}{allowed}"


def _field_at(model: type[BaseModel], path: tuple[str | int, ...]) -> Line | None:
    found: Line | None = None
    for part in path:
        if isinstance(part, int):
            continue
        found = next((one for one in meanings.lines(model) if one.name == part), None)
        if found is None or found.inner is None:
            return found
        model = found.inner
    return found


def _where(model: type[BaseModel], path: tuple[str | int, ...]) -> str:
    name = label(model).replace("_", " ")
    return f"{_dotted(path)} ({name})" if path else _one(name)


def _one(name: str) -> str:
    """`an action plan`, `a visit report`."""
    return f"{'an' if name[:1] in 'aeiou' else 'a'} {name}"


def _dotted(path: tuple[str | int, ...]) -> str:
    """`actions[1].owner_eu`, counted from 1 as people do."""
    told = ""
    for part in path:
        told += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if told else part
    return told
