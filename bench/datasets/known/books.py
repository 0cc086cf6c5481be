"""Books."""

from __future__ import annotations

from bench.datasets.source import Source, plain

GOODBOOKS = {"ratings.csv": "", "books.csv": "", "book_tags.csv": "", "tags.csv": ""}

GOODBOOKS_10K = Source(
    name="goodbooks-10k",
    about="goodbooks-10k: ratings of the most popular books of Goodreads, with titles, authors, tags; order, no times",
    licence="CC BY-SA 4.0",
    shareable=True,
    citation="Zygmunt Zajac (2017). Goodbooks-10k: a new dataset for book recommendations. FastML. "
    "https://github.com/zygmuntz/goodbooks-10k",
    reader="bench.datasets.readers.goodbooks:goodbooks_10k",
    files=GOODBOOKS,
    home="https://github.com/zygmuntz/goodbooks-10k",
    parts=plain(
        "https://raw.githubusercontent.com/zygmuntz/goodbooks-10k/6dd165b555a7b47b2dd36743a425776e641ff50c", GOODBOOKS
    ),
)

BOOK_CROSSING = Source(
    name="book-crossing",
    about="Book-Crossing: ratings of books, 0 for books met without a rating, with titles and authors; no times",
    licence="free for research with acknowledgement",
    citation="Cai-Nicolas Ziegler, Sean M. McNee, Joseph A. Konstan and Georg Lausen (2005). Improving "
    "Recommendation Lists Through Topic Diversification. WWW 2005. https://doi.org/10.1145/1060745.1060754",
    reader="bench.datasets.readers.book_crossing:book_crossing",
    files={"BX-Book-Ratings.csv": "", "BX-Books.csv": "", "BX-Users.csv": ""},
    rows=1_149_780,
    home="http://www2.informatik.uni-freiburg.de/~cziegler/BX/",
    by_hand="unpack BX-CSV-Dump.zip of http://www2.informatik.uni-freiburg.de/~cziegler/BX/ (its address has no https)",
)

SOURCES = (GOODBOOKS_10K, BOOK_CROSSING)
