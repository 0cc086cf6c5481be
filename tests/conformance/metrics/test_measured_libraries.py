"""What docs/metrics-elsewhere.md says of the libraries that are installed for tests is measured again."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
DOC = HERE.parents[2] / "docs" / "metrics-elsewhere.md"
INSTALLED = ("ranx", "scikit-learn")


def _rows(text: str) -> dict[tuple[str, str], str]:
    """(library, its metric) -> variant; the version is left out, which may be newer here."""
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("| ")
    ]
    found = {(row[0].split()[0], row[1]): row[2] for row in rows if len(row) == 4}
    return {key: variant for key, variant in found.items() if key[0] in INSTALLED}


def test_the_table_is_what_is_measured():
    done = subprocess.run(
        [sys.executable, "-W", "ignore", HERE / "measure_libraries.py"], capture_output=True, text=True, check=True
    )
    measured, written = _rows(done.stdout), _rows(DOC.read_text(encoding="utf-8"))
    assert {library for library, _ in measured} == set(INSTALLED)
    assert measured == written
    assert not any(variant.startswith("near") for variant in measured.values())
