"""Scientific papers: CiteULike."""

from __future__ import annotations

from bench.datasets.source import Source, plain

USERS = "53211d82c14ff261e595634d285ed9fbf8049cf81dcb751d924d695b9612a02c"
TAGS = {
    "item-tag.dat": "0f7b432796a5038ed2631c02b99d70e636123673afc11bf9e051de5b49467890",
    "tags.dat": "c02b3e5ee1a57f88f3a598b2040018bb198f54cd0c11116fa7a0db905b6f60e3",
}

CITEULIKE_A = Source(
    name="citeulike-a",
    about="CiteULike: papers in the libraries of users, with tags, titles and abstracts; no times",
    licence="none stated; asks for citation",
    citation="Hao Wang, Binyi Chen and Wu-Jun Li (2013). Collaborative Topic Regression with Social Regularization for "
    "Tag Recommendation. IJCAI 2013",
    reader="bench.datasets.readers.citeulike:citeulike_a",
    files={"users.dat": USERS},
    optional={**TAGS, "raw-data.csv": ""},
    rows=204_986,
    home="https://github.com/js05212/citeulike-a",
    parts=plain(
        "https://raw.githubusercontent.com/js05212/citeulike-a/master",
        {"users.dat": USERS, **TAGS, "raw-data.csv": ""},
        {"users.dat": 1_094_785, "item-tag.dat": 1_423_307, "tags.dat": 628_894},
    ),
)

SOURCES = (CITEULIKE_A,)
