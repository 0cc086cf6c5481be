"""What travels to a node arrives whole, or is refused; nothing on the way shows what is held out."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from harness import popularity_matrix

from bench import handover, plan
from bench.engines import node, shipping
from bench.engines.nodes import differences
from bench.errors import StoreError
from bench.material import made_here
from bench.planned import Planned
from bench.store import Store


@pytest.fixture
def sent(small_data: None, tmp_path: Path) -> tuple[Planned, shipping.Shipment, dict[int, bytes]]:
    """The split of a cell, put into a dictionary."""
    (cell,) = plan.cells(popularity_matrix())
    assert cell.split
    pieces: dict[int, bytes] = {}

    def put(piece: bytes) -> int:
        pieces[len(pieces)] = piece
        return len(pieces) - 1

    material = made_here(Store(tmp_path / "driver", create=True), cell.split)
    return cell.split, shipping.pack(cell.split.fingerprint, material, put), pieces


def test_a_node_has_the_same_data_and_asks_for_them_once(sent, tmp_path: Path):
    planned, shipment, pieces = sent
    asked: list[int] = []

    def get(reference: int) -> bytes:
        asked.append(reference)
        return pieces[reference]

    store = Store(tmp_path / "node", create=True)
    material, fetched = shipping.unpack(shipment, store, get)
    assert fetched
    assert material.held_out() == handover.pack(planned.make().test)
    training = handover.read_training(material.training)
    assert np.array_equal(training.interactions.items, planned.make().train.items)
    first = len(asked)
    again, fetched = shipping.unpack(shipment, store, get)
    assert not fetched
    assert (again.training, again.held_out()) == (material.training, material.held_out())
    assert asked[first:] == shipment.held_out, "only what no file may hold was asked for again"


def test_pieces_are_small_and_put_together_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(shipping, "PIECE", 7)
    for content in (b"", b"1234567", b"123456789", bytes(range(100))):
        (tmp_path / "file").write_bytes(content)
        parts = list(shipping.pieces(tmp_path / "file"))
        assert b"".join(parts) == content
        assert max(map(len, parts)) <= 7
        assert parts, "an empty file is a piece too, or it would not be made"


@pytest.mark.parametrize("which", ["training", "held_out"])
def test_what_was_damaged_on_the_way_is_refused(sent, which: str, tmp_path: Path):
    _, shipment, pieces = sent
    references = shipment.held_out if which == "held_out" else shipment.training["train.items.npy"]
    damaged = bytearray(pieces[references[0]])
    damaged[-1] ^= 1
    pieces[references[0]] = bytes(damaged)
    store = Store(tmp_path / "node", create=True)
    with pytest.raises(StoreError, match=r"damaged|corrupt"):
        shipping.unpack(shipment, store, pieces.__getitem__)
    assert which == "held_out" or not list((store.folder / "cache" / "training").glob("*"))


def test_held_out_items_cannot_be_read_without_the_key(sent, tmp_path: Path):
    planned, shipment, pieces = sent
    hidden = b"".join(pieces[reference] for reference in shipment.held_out)
    plain = handover.pack(planned.make().test)
    assert shipping.masked(hidden, shipment.key) == plain
    assert b"numpy" not in hidden.lower()
    assert b"NUMPY" in plain
    same = np.frombuffer(hidden, np.uint8) == np.frombuffer(plain, np.uint8)
    assert same.mean() < 0.02, "one byte in 256 is equal by chance"
    with pytest.raises(StoreError, match="damaged on the way"):
        shipping.unpack(replace(shipment, key=bytes(32)), Store(tmp_path / "node", create=True), pieces.__getitem__)


def test_what_differs_between_machines_is_named():
    here = {"Python": "3.11", "numpy": "2.1", "code of ease": "ab"}
    assert differences(here, dict(here)) == ""
    assert differences(here, {"Python": "3.11", "code of ease": "cd"}) == (
        "code of ease is cd there, ab here, numpy is missing there, 2.1 here"
    )


def test_an_order_is_a_few_kilobytes_and_holds_no_data(small_data: None):
    (cell,) = plan.cells(popularity_matrix("ease"))
    text = node.order(cell, {"limits": {"time": 1.0}, "threads": 1, "beside": True})
    assert len(text) < 4000
    assert cell.key in text
    again = node._cell(json.loads(text)["cell"])
    assert (again.key, again.slot, again.split, again.limits) == (cell.key, cell.slot, cell.split, cell.limits)
