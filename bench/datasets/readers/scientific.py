"""Reader of Amazon Scientific in RecBole's atomic files: tab-separated, the header is name:type."""

from __future__ import annotations

from pathlib import Path

from bench.datasets.build import build
from bench.datasets.readers.lines import cells, numbers
from bench.types import Dataset

ROW = ("user_id:token", "item_id_list:token_seq", "item_id:token")


def amazon_scientific(folder: Path, duplicates: str = "keep") -> Dataset:
    """`amazon-scientific` from Scientific.test.inter, .item2index and .text.

    A row of the test file is a user, its history and the item after it: together the whole sequence, as the training
    and validation rows are beginnings of it. Ids are the numbers in these files. The text of an item is its title,
    categories and brand in one.
    """
    users: list[str] = []
    items: list[str] = []
    path = folder / "Scientific.test.inter"
    for line, (user, history, last) in cells(path, "\t", 3, header=ROW):
        own = numbers(path, line, [*history.split(" "), last])
        users += [user] * len(own)
        items += own
    numbered = {asin: number for _, (asin, number) in cells(folder / "Scientific.item2index", "\t", 2)}
    told = cells(folder / "Scientific.text", "\t", 2, header=("item_id:token", "text:token_seq"))
    texts = {numbered[asin]: text.strip() for _, (asin, text) in told if asin in numbered}
    return build("amazon-scientific", users, items, ordered=True, duplicates=duplicates, texts=texts)
