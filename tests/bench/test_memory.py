import psutil
import pytest

from bench import memory
from bench.errors import Unsupported


def test_numbers_of_both_sides_are_in_the_message(monkeypatch):
    monkeypatch.setattr(memory, "available", lambda: 4_000_000_000)
    with pytest.raises(Unsupported, match=r"^ease needs 12\.3 GB of memory, 4\.0 GB are available$"):
        memory.require(12_300_000_000, "ease")
    memory.require(4_000_000_000, "ease")


def test_without_a_limit_the_machine_decides(monkeypatch):
    monkeypatch.delenv("RECMATRIX_MEMORY_LIMIT", raising=False)
    assert 0 < memory.available() <= psutil.virtual_memory().total


def test_the_limit_counts_what_the_process_uses_already(monkeypatch):
    used = psutil.Process().memory_info().rss
    monkeypatch.setenv("RECMATRIX_MEMORY_LIMIT", str(used + 50_000_000))
    assert memory.available() <= 55_000_000
    monkeypatch.setenv("RECMATRIX_MEMORY_LIMIT", "1000")
    assert memory.available() == 0


def test_units():
    assert [memory.readable(n) for n in (17, 2_500, 4e6, 12.34e9)] == ["17 bytes", "2.5 kB", "4.0 MB", "12.3 GB"]
