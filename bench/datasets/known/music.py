"""Listening to music."""

from __future__ import annotations

from bench.datasets.source import Part, Source

LASTFM_2K = Source(
    name="lastfm-2k",
    about="Last.fm listening counts of HetRec 2011, with names and tags of the artists; no times",
    licence="non-commercial use, cite HetRec 2011 (terms of Last.fm); no redistribution stated",
    citation="Ivan Cantador, Peter Brusilovsky and Tsvi Kuflik (2011). Second Workshop on Information "
    "Heterogeneity and Fusion in Recommender Systems (HetRec 2011). RecSys 2011, 387-388. https://doi.org/10.1145/2043932.2044016",
    reader="bench.datasets.readers.lastfm:lastfm_2k",
    files={"user_artists.dat": "", "artists.dat": ""},
    optional={"tags.dat": "", "user_taggedartists.dat": ""},
    folder="hetrec2011-lastfm-2k",
    rows=92_834,
    home="https://grouplens.org/datasets/hetrec-2011/",
    parts=(
        Part("https://files.grouplens.org/datasets/hetrec2011/hetrec2011-lastfm-2k.zip", kind="zip", unpacked=1 << 28),
    ),
)

SOURCES = (LASTFM_2K,)
