"""`bench new`: a package with an algorithm of one's own, ready to install."""

from __future__ import annotations

import importlib.util
import keyword
import re
import shlex
import shutil
from importlib.resources import files
from pathlib import Path
from string import Template
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from bench.cli import output
from bench.errors import BadConfig

EXAMPLES = "Examples:  bench new my-algorithm   |   bench new my-algorithm ~/code/my-algorithm"
LONGEST = 50
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_FILES = {  # template in bench/cli/scaffold -> file in the new folder
    "pyproject.toml.txt": "pyproject.toml",
    "readme.md.txt": "README.md",
    "package.py.txt": "$package/__init__.py",
    "recommender.py.txt": "$package/recommender.py",
    "test.py.txt": "tests/test_$package.py",
}


def command(
    name: Annotated[str, typer.Argument(help="Lower-case letters, digits and hyphens.")],
    folder: Annotated[Path | None, typer.Argument(metavar="DIR", help="Where to write it (default: ./NAME).")] = None,
) -> None:
    """Write an installable package with one small working algorithm, its entry point and its test."""
    target = folder or Path(name)
    check_name(name)
    write(name, target)
    place = shlex.quote(str(target))
    output.say(f"Wrote {target}. Next:")
    for step in (f"pip install -e {place}", f"bench check {name}", f"bench run --algorithms {name},popularity"):
        output.say(f"  {step}")
    output.say(f"Then edit {target / package_of(name) / 'recommender.py'}.")


def check_name(name: str) -> None:
    """Raise BadConfig for a name that cannot be registered, imported or told from another."""
    from bench import registry

    package = package_of(name)
    if not _NAME.fullmatch(name) or len(name) > LONGEST:
        raise BadConfig(
            f"{name!r} is no name for an algorithm: lower-case letters, digits and single hyphens, at most {LONGEST}"
        )
    if name in registry.entries():
        raise BadConfig(f"{name!r} is the name of an algorithm of {registry.entries()[name].distribution} already")
    if keyword.iskeyword(package):
        raise BadConfig(f"{name!r} is a word of the Python language and cannot be imported; choose another name")
    spec = importlib.util.find_spec(package)
    if spec is not None and spec.origin is not None:
        raise BadConfig(f"there is a Python module {package!r} already; choose another name")


def write(name: str, target: Path) -> None:
    """Write all files into `target`, or nothing. Raises BadConfig when it is not an empty or a new folder."""
    made = not target.exists()
    if not made and (not target.is_dir() or any(target.iterdir())):
        raise BadConfig(f"{target} exists and is not an empty folder; name another")
    try:
        target.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=target, prefix=".unfinished-") as folder:
            _fill(Path(folder), {"name": name, "package": package_of(name), "cls": class_of(name)})
            for path in Path(folder).iterdir():
                path.rename(target / path.name)
    except OSError as error:
        if made:
            shutil.rmtree(target, ignore_errors=True)
        raise BadConfig(f"{target} cannot be written: {error.strerror}") from None


def _fill(folder: Path, words: dict[str, str]) -> None:
    for template, path in _FILES.items():
        place = folder / Template(path).substitute(words)
        place.parent.mkdir(exist_ok=True)
        text = files("bench.cli").joinpath("scaffold", template).read_text(encoding="utf-8")
        place.write_text(Template(text).substitute(words), encoding="utf-8")


def package_of(name: str) -> str:
    """`my-algorithm` as the name of a package: `my_algorithm`."""
    return name.replace("-", "_")


def class_of(name: str) -> str:
    """`my-algorithm` as the name of a class: `MyAlgorithmRecommender`, which no imported name can equal."""
    return "".join(part.capitalize() for part in name.split("-")) + "Recommender"
