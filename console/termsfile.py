"""Terms as a file: printed, edited by a person, and read back strictly."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel, ValidationError

from console import showing
from console.errors import as_sentence
from domain.terms import Terms
from domain.values import Refusal, listed

_MOST = 5
"""So many fields that are not known may be slips of the pen; a file with more is something else."""


def show(terms: Terms, *, as_json: bool) -> None:
    plain = terms.model_dump(mode="json")
    if as_json:
        showing.as_json(plain)
    else:
        print(yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, width=100), end="")


def read(path: Path, text: str) -> Terms:
    """The terms of a file; Refusal where a field is unknown, missing or wrong."""
    try:
        given = yaml.safe_load(text)
    except yaml.MarkedYAMLError as wrong:
        place = f"{path}:{wrong.problem_mark.line + 1}" if wrong.problem_mark else str(path)
        raise Refusal(f"{place}: this is no YAML or JSON: {wrong.problem or wrong.context}") from None
    except (yaml.YAMLError, RecursionError):
        raise Refusal(f"{path}: this is no YAML or JSON") from None
    if not isinstance(given, dict):
        raise Refusal(f"{path} holds no terms; `tandem partnership terms CODE` prints them")
    odd = list(_unknown(Terms, given, ""))
    if len(odd) > _MOST:
        raise Refusal(f"{path} holds no terms; `tandem partnership terms CODE` prints them")
    if odd:
        raise Refusal(f"{path}: {'; '.join(odd)}")
    try:
        return Terms.model_validate(given)
    except ValidationError as wrong:
        raise Refusal(f"{path}: {as_sentence(wrong)}") from None


def _unknown(model: type[BaseModel], given: dict[str, Any], where: str) -> Iterator[str]:
    """Fields the model does not have, here and in its parts."""
    known = list(model.model_fields)
    for name, value in given.items():
        if name not in known:
            hint = showing.closest(str(name), known) or f"; its fields are {listed(known)}"
            yield f"there is no field {name!r}{f' in {where}' if where else ''}{hint}"
            continue
        part = _model_in(model.model_fields[name].annotation)
        if part is None:
            continue
        for place, one in enumerate(value if isinstance(value, list) else [value], start=1):
            if isinstance(one, dict):
                yield from _unknown(part, one, f"{where}.{name}[{place}]".lstrip("."))


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (_model_in(one) for one in get_args(annotation) if one is not Ellipsis)
    return next((one for one in found if one is not None), None)
