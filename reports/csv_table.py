"""Tables as text with commas, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

from reports.escape import clean, csv_text


def csv_table(header: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    """A line for the header and one for each row; texts are made harmless, numbers are as they are."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for row in (header, *rows):
        writer.writerow(csv_text(clean(value)) if isinstance(value, str) else value for value in row)
    return out.getvalue()
