"""A blinded store shows no user id: not in its contexts, nor in what is made from them."""

from __future__ import annotations

import csv
import hmac
import re
import zipfile
from pathlib import Path

import pytest
from command_line import Call, one_line
from harness import popularity_matrix, run_here

from bench import blinding
from bench.errors import BadConfig, StoreError
from bench.merging import merge
from bench.serving import open_cell
from bench.store import Store

USERS = [f"u{number:03}".encode() for number in range(40)]  # of the data set `tiny`


def _run(call: Call, store: Path, *more: str) -> None:
    words = ("--algorithms", "popularity", "--datasets", "tiny", "--splits", "user-time", "--store", store)
    done = call("run", *words, "--blind-ids", "--keep-models", *more)
    assert done.code == 0, done.stderr


def _shown(folder: Path) -> list[str]:
    """The files under a folder that hold a user id, but for those in its cache."""
    paths = [path for path in folder.rglob("*") if path.is_file() and path.relative_to(folder).parts[0] != "cache"]
    return [str(path) for path in paths if any(user in _told(path) for user in USERS)]


def _told(path: Path) -> bytes:
    """A file, without the packed library of a page: among so many letters there are some that look like ids."""
    return re.sub(rb'<script type="text/plain" id="plotly">[^<]*<', b"<", path.read_bytes())


def test_no_file_but_the_cache_holds_an_id(small_data: None, tmp_path: Path, call: Call):
    plain, blind = Store(tmp_path / "plain", create=True), tmp_path / "blind"
    run_here(popularity_matrix(), plain, jobs=1)
    _run(call, blind)
    store = Store(blind)
    assert (blind / "blinding.key").stat().st_mode & 0o777 == 0o600
    (record,), (open_record,) = store.records(), plain.records()
    assert record.key == open_record.key
    names, ids = (one.context(record.split_hash).user_ids for one in (store, plain))
    key = bytes.fromhex((blind / "blinding.key").read_text(encoding="ascii"))
    assert list(names) == [hmac.new(key, user.encode(), "sha256").hexdigest()[:20] for user in ids]
    assert store.context(record.split_hash).facts["user ids"] == "replaced by a keyed hash"
    assert store.context(record.split_hash).titles == plain.context(record.split_hash).titles
    assert _shown(blind) == []

    assert call("export", blind, "--to", "csv", "-o", tmp_path / "tables").code == 0
    assert call("export", blind, "--bundle", tmp_path / "bundle.zip").code == 0
    with zipfile.ZipFile(tmp_path / "bundle.zip") as archive:
        assert "blinding.key" not in archive.namelist()
        archive.extractall(tmp_path / "bundle")
    assert _shown(tmp_path / "tables") == _shown(tmp_path / "bundle") == []
    with (tmp_path / "tables" / "per_user.csv").open(encoding="utf-8") as file:
        assert {row["user"] for row in csv.DictReader(file)} == set(names)


def test_the_search_for_ids_finds_them_where_they_are(kept_store: Store):
    assert any("users.parquet" in path for path in _shown(kept_store.folder))


def test_recommendations_are_asked_for_by_the_blinded_id(small_data: None, tmp_path: Path, call: Call):
    _run(call, tmp_path / "blind")
    served, plain = open_cell(tmp_path / "blind", "popularity"), Store(tmp_path / "plain", create=True)
    run_here(popularity_matrix(), plain, keep_models=True, jobs=1)
    key = blinding.key_of(tmp_path / "blind")
    assert key is not None
    assert served.recommend(blinding.blind("u003", key)) == open_cell(plain, "popularity").recommend("u003")
    with pytest.raises(BadConfig, match="unknown user 'u003'"):
        served.recommend("u003")


def test_a_store_is_blinded_from_its_beginning_or_never(kept_store: Store, call: Call):
    done = call("run", "--blind-ids", "--algorithms", "popularity", "--datasets", "tiny", "--store", kept_store.folder)
    assert (done.code, one_line(done)) == (
        3,
        f"bench: {kept_store.folder}: user ids are in it already; --blind-ids is for a store that is new",
    )
    assert not (kept_store.folder / "blinding.key").exists()


def test_it_stays_blinded_and_takes_no_ids_from_others(kept_store: Store, tmp_path: Path):
    folder = tmp_path / "blind"
    blind = Store(folder, create=True)
    blinding.begin(folder)
    first = blinding.key_of(folder)
    blinding.begin(folder)
    assert blinding.key_of(folder) == first
    run_here(popularity_matrix(), blind, jobs=1)
    assert blinding.only_blinded(folder), "also without the flag"
    with pytest.raises(BadConfig, match="shows user ids"):
        merge([kept_store], blind)
    assert merge([blind], Store(tmp_path / "other", create=True)).problems == []
    (folder / "blinding.key").write_text("nonsense", encoding="ascii")
    with pytest.raises(StoreError, match="no key"):
        blinding.key_of(folder)
