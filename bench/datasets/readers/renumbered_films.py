"""What MovieLens 1M says of its films, for data sets that number the films anew."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bench.datasets.readers.described import sentences
from bench.datasets.readers.lines import cells
from bench.datasets.readers.movielens_1m import read_abstracts, read_films


def described_films(folder: Path, numbers: str, separator: str) -> dict[str, Any]:
    """Titles, texts and genres as `build` takes them, by the items' own numbers.

    The file `numbers` in `folder` says which film an item is (item here, film there); movies.dat, and abstracts where
    there are some, lie in a folder ml-1m beside it. Nothing where the numbers or movies.dat are missing.
    """
    upstream, path = folder / ".." / "ml-1m", folder / numbers
    if not (path.is_file() and (upstream / "movies.dat").is_file()):
        return {}
    films, abstracts = dict(read_films(upstream / "movies.dat")), read_abstracts(upstream / "dbpedia_abstracts.json")
    film_of = {item: film for _, (item, film) in cells(path, separator, 2) if film in films}
    return {
        "titles": {item: films[film][0] for item, film in film_of.items()},
        "texts": {item: sentences(*films[film], abstracts.get(film, "")) for item, film in film_of.items()},
        "item_features": {item: films[film][1] for item, film in film_of.items()},
    }
