"""The canonical form, the hash and the checkpoint line, against values worked out elsewhere."""

from __future__ import annotations

import hashlib

import pytest

from ledger.chain import GENESIS, Checkpoint, canonical, digest, entry_of, given, row
from tests.ledger.lives import entries


def test_a_canonical_form_has_sorted_keys_and_no_spaces() -> None:
    assert canonical({"b": [1, None, True], "a": "ä\n"}) == '{"a":"ä\\n","b":[1,null,true]}'


@pytest.mark.parametrize(
    "value", [0.5, {"a": [1, {"b": 1.0}]}, float("nan"), 2**53, "\ud800", {"a": b"bytes"}]
)
def test_what_has_no_lasting_form_is_refused(value: object) -> None:
    with pytest.raises(ValueError):
        canonical(value)


def test_a_float_is_named_by_where_it_stands() -> None:
    with pytest.raises(ValueError, match=r"^a\[1\]\.b is the float 1\.0"):
        canonical({"a": [1, {"b": 1.0}]})


def test_the_hash_is_that_of_a_leaf() -> None:
    assert digest(b"{}") == hashlib.sha256(b"\x00{}").hexdigest()
    # RFC 9162, 2.1: the leaf hash of the empty string
    assert digest(b"") == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"


def test_an_entry_comes_back_out_of_its_body() -> None:
    for entry in entries():
        assert entry_of(row(1, GENESIS, "1.0", given(entry))["body"]) == entry


def test_a_checkpoint_is_found_in_a_letter_and_in_json() -> None:
    kept = Checkpoint(size=12, head="ab" * 32)
    assert kept.line == f"tandem checkpoint 12 {'ab' * 32}"
    assert Checkpoint.read(f"Dear Li,\n\n-- \n> {kept.line}\nregards\n{kept.line}") == kept
    assert Checkpoint.read(kept.model_dump_json()) == kept


@pytest.mark.parametrize(
    "text", ["", "hello", "tandem checkpoint 12 abc", '{"size": -1}', "[]", '{"size": 1}']
)
def test_a_text_without_a_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no checkpoint found"):
        Checkpoint.read(text)


def test_a_text_with_two_checkpoints_is_refused() -> None:
    lines = [Checkpoint(size=size, head="ab" * 32).line for size in (1, 2)]
    with pytest.raises(ValueError, match="several different checkpoints"):
        Checkpoint.read("\n".join(lines))
