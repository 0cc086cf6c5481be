"""The first page keeps its word: the example runs as printed and is short, and the commands are those of CI."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """The fenced blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", README, flags=re.DOTALL | re.MULTILINE)


def test_the_example_has_at_most_25_lines_and_runs():
    (example,) = blocks("python")
    assert len(example.splitlines()) <= 25
    done = subprocess.run([sys.executable, "-c", example], check=True, capture_output=True, text=True)
    found = re.search(r"'ndcg@10': ([0-9.]+)", done.stdout)
    assert found and 0 < float(found[1]) < 1


def test_two_commands_do_all_of_their_own_set_up():
    commands = blocks("bash")
    assert len(commands) == 2
    assert all(command.startswith("python3 -m venv .venv && .venv/bin/pip install -e ") for command in commands)
    assert commands[0].rstrip().endswith(".venv/bin/bench run")


def test_every_link_leads_somewhere():
    links = [link for link in re.findall(r"\]\(([^)]+)\)", README) if not link.startswith("https://")]
    assert links
    assert [link for link in links if not (ROOT / link).is_file()] == []
