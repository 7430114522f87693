"""What people can ask of a programme alone: acceptance of a report, objections to cut-offs, broadcasts."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from domain.broad_requests import Broad
from domain.scopes import Scope
from domain.values import Code, TextHash, Value


class Broadcast(Value):
    """One request to every entity of a scope, wanted by two persons of the secretariat."""

    kind: Literal["broadcast"] = "broadcast"
    scope: Scope
    request: Broad


class AskAcceptance(Value):
    """Ask in writing that a report be accepted, once the time for its approval is over without an answer."""

    kind: Literal["ask_acceptance"] = "ask_acceptance"
    gate: Code
    letter: TextHash


class ObjectCutOff(Value):
    """Object to a cut-off that has been reached, by its code such as E-270."""

    kind: Literal["object_cut_off"] = "object_cut_off"
    cut_off: Code
    reason: Code
    text: TextHash


class AnswerObjection(Value):
    """The team leader's answer to an objection: `upheld` where the objector is right."""

    kind: Literal["answer_objection"] = "answer_objection"
    objection: Annotated[int, Field(ge=1, le=1_000_000)]
    upheld: bool
    answer: TextHash
