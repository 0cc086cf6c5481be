"""Anonymous sessions in a shop: the users are sessions."""

from __future__ import annotations

from bench.datasets.source import Source

LICENCE = "none stated (CIKM Cup 2016, DIGINETICA); for research, cite"
CITATION = "CIKM Cup 2016 Track 2: Personalized E-Commerce Search Challenge, DIGINETICA"
COMPETITION = "https://competitions.codalab.org/competitions/11161"

DIGINETICA = Source(
    name="diginetica",
    about="Diginetica: views of products in sessions of a shop, with times",
    licence=LICENCE,
    citation=CITATION,
    reader="bench.datasets.readers.diginetica:diginetica",
    files={"train-item-views.csv": ""},
    rows=1_235_380,
    home=COMPETITION,
    by_hand=f"register at {COMPETITION} and take train-item-views.csv from dataset-train-diginetica.zip",
)

GCE_GNN_DIGINETICA = Source(
    name="gce-gnn-diginetica",
    about="Diginetica as prepared for SR-GNN and GCE-GNN: the training sessions, items renumbered; order, no times",
    licence=LICENCE,
    citation=f"{CITATION}; prepared by Ziyang Wang et al. (2020). Global Context Enhanced Graph Neural Networks for "
    "Session-based Recommendation. SIGIR 2020. https://doi.org/10.1145/3397271.3401142",
    reader="bench.datasets.readers.diginetica:gce_gnn_diginetica",
    files={"all_train_seq.sessions.txt.gz": "961af3e2c0215873cbf1cb726f31a30308d2d7a324f12e8b488615549332f393"},
    folder="diginetica",
    rows=906_140,
    home="https://github.com/CCIIPLab/GCE-GNN",
    by_hand="write the lists of datasets/diginetica/all_train_seq.txt of https://github.com/CCIIPLab/GCE-GNN as text, "
    "one session a line with spaces between the items (upstream is a pickle, which this program never opens)",
)

SOURCES = (DIGINETICA, GCE_GNN_DIGINETICA)
