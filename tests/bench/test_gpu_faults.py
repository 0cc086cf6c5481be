"""No GPU, and a GPU whose memory is full."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from harness import Bench

MATRIX = """
[matrix]
datasets = ["tiny"]
[[algorithms]]
name = "zoo-needs-gpu"
[[algorithms]]
name = "zoo-gpu-full"
grid = { library = ["torch", "cupy", "numba", "implicit", "mps", "main", "other"] }
"""


@pytest.fixture(scope="module")
def run(small_data: None, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    bench = Bench(tmp_path_factory.mktemp("gpu"))
    bench.run(bench.matrix(MATRIX), "--jobs", 2)
    return bench


def _ended(run: Bench, library: str) -> tuple[str, str]:
    (found,) = [record for record in run.records() if record.slot.params.get("library") == library]
    return found.status, found.reason


def test_what_needs_a_gpu_is_skipped_where_there_is_none(run: Bench):
    found = run.record("zoo-needs-gpu")
    assert found.status == "skipped"
    assert found.reason == "no GPU: it needs one, and this run has none (--device cuda)"


@pytest.mark.parametrize(
    ("library", "reason"),
    [
        ("torch", "OutOfMemoryError: CUDA out of memory. Tried to allocate 3725.29 GiB."),
        ("cupy", "OutOfMemoryError: Out of memory allocating 8,000,000,000,000 bytes"),
        ("numba", "CudaAPIError: [2] Call to cuMemAlloc results in CUDA_ERROR_OUT_OF_MEMORY"),
        ("implicit", "RuntimeError: std::bad_alloc: out_of_memory: CUDA error"),
        ("mps", "RuntimeError: MPS backend out of memory"),
    ],
)
def test_a_full_gpu_is_oom_and_says_which_memory(library: str, reason: str, run: Bench):
    status, said = _ended(run, library)
    assert status == "oom"
    assert said.startswith(f"out of GPU memory: {reason}")


def test_a_refused_allocation_of_torch_in_main_memory_is_oom_without_a_gpu(run: Bench):
    status, said = _ended(run, "main")
    assert (status, said.partition(":")[0]) == ("oom", "RuntimeError")


def test_another_complaint_about_a_gpu_is_no_oom(run: Bench):
    assert _ended(run, "other") == ("failed", "RuntimeError: the CUDA driver is too old")


def test_the_exception_of_torch_is_the_one_that_is_looked_for():
    import torch

    from bench.cell import _reason, _status

    error = torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB.")
    assert (_status(error), _reason(error).partition(":")[0]) == ("oom", "out of GPU memory")
    with pytest.raises(RuntimeError, match="DefaultCPUAllocator") as refused:
        torch.empty(10**15)
    assert (_status(refused.value), _reason(refused.value).partition(":")[0]) == ("oom", "RuntimeError")


def test_no_library_is_loaded_to_know_its_exceptions(tmp_path: Path):
    import subprocess

    code = (
        "import sys; from bench.cell import _status; print(_status(RuntimeError('CUDA out of memory')), "
        "'torch' in sys.modules, 'cupy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["oom", "False", "False"]
