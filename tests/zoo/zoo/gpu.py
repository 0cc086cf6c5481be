"""Plug-ins that need a GPU, or find its memory full; the exceptions are named as those of the libraries are."""

from __future__ import annotations

from bench.algorithm import Needs
from bench.params import Params, choice
from bench.types import Training
from zoo.tame import Constant


class NeedsGpu(Constant):
    """Would run on a GPU only."""

    name = "zoo-needs-gpu"
    needs = Needs.GPU


class OutOfMemoryError(RuntimeError):
    """As `torch.OutOfMemoryError`."""


class CudaAPIError(Exception):
    """As that of numba."""


FULL: dict[str, Exception] = {
    "torch": OutOfMemoryError("CUDA out of memory. Tried to allocate 3725.29 GiB. GPU 0 has a total capacity of …"),
    "cupy": type("OutOfMemoryError", (MemoryError,), {})("Out of memory allocating 8,000,000,000,000 bytes"),
    "numba": CudaAPIError("[2] Call to cuMemAlloc results in CUDA_ERROR_OUT_OF_MEMORY"),
    "implicit": RuntimeError("std::bad_alloc: out_of_memory: CUDA error at: device_memory_resource.hpp"),
    "mps": RuntimeError("MPS backend out of memory (MPS allocated: 8.00 GB, other allocations: 1 GB)"),
    "main": RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 8 bytes."),
    "other": RuntimeError("the CUDA driver is too old"),
}


class GpuFullParams(Params):
    """Who complains."""

    library: str = choice("torch", tune=False)
    """One of FULL."""


class GpuFull(Constant):
    """Raises what a library raises."""

    name = "zoo-gpu-full"
    Params = GpuFullParams

    def fit(self, train: Training) -> None:
        raise FULL[self.params.library]
