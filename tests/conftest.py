"""What holds for all tests: one thread each, no data folder of the person who runs them, and the right `bench`."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent

# pytest has put this folder first on the path; its folder `bench` would be found in the place of the package.
sys.path[:] = [str(HERE.parent), *(entry for entry in sys.path if Path(entry).resolve() not in (HERE, HERE.parent))]

# A script that starts tests in the background has them ignore Ctrl-C, and so would all that they start and interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")


@pytest.fixture(scope="session", autouse=True)
def own_data_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which `bench data import` keeps data, for this session and the processes that it starts."""
    folder = tmp_path_factory.mktemp("data-home")
    os.environ["XDG_DATA_HOME"] = str(folder)
    return folder


@pytest.fixture(scope="session", autouse=True)
def own_cache_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which copies of data sets are kept, for this session and the processes that it starts."""
    folder = tmp_path_factory.mktemp("cache-home")
    os.environ["RECMATRIX_CACHE"] = str(folder)
    return folder
