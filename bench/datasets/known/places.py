"""Places that people went to: Gowalla and Yelp."""

from __future__ import annotations

from bench.datasets.source import Source, plain

LIGHTGCNPP = (
    "https://raw.githubusercontent.com/geon0325/LightGCNpp/a18af1e1f65dc4b6a432ce5aeaae5bbe75ac1c2e/data/gowalla"
)
LIGHTGCN = "https://raw.githubusercontent.com/gusye1234/LightGCN-PyTorch/master/data/gowalla"
TRAINING = {
    "train.txt": "d47e01d060624f389956c0b2f89a1ed8c453ea158631cd2b5320c241f3e1a073",
    "valid.txt": "ddc22c1cd9a7d14fd5cd0c98b1473b614f4323038fef74ae0d28cc9c92a08ba2",
}
TEST = {"test.txt": "099a2a73924e4b754dc6efd730d764f492321b53c38eb93298850c83acf57be3"}

GOWALLA = Source(
    name="gowalla",
    about="Gowalla check-ins as prepared for NGCF and LightGCN: training, validation and test part together; no times",
    licence="none stated (SNAP loc-Gowalla); for research, cite",
    citation="Eunjoon Cho, Seth A. Myers and Jure Leskovec (2011). Friendship and Mobility: User Movement in "
    "Location-Based Social Networks. KDD 2011. https://doi.org/10.1145/2020408.2020579; prepared by Xiang Wang et al. "
    "(2019). Neural Graph Collaborative Filtering. SIGIR 2019. https://doi.org/10.1145/3331184.3331267",
    reader="bench.datasets.readers.adjacency:gowalla",
    files={**TRAINING, **TEST},
    rows=1_027_370,
    home="https://snap.stanford.edu/data/loc-Gowalla.html",
    parts=(
        *plain(LIGHTGCNPP, TRAINING, {"train.txt": 4_132_444, "valid.txt": 669_008}),
        *plain(LIGHTGCN, TEST, {"test.txt": 1_372_559}),
    ),
)

YELP = Source(
    name="yelp",
    about="Yelp open data set: stars given to businesses, with names, categories, cities and times",
    licence="Yelp Dataset Terms of Use: academic use, no redistribution; to be agreed to on the page",
    citation="Yelp Inc. Yelp Open Dataset. https://business.yelp.com/data/resources/open-dataset/",
    reader="bench.datasets.readers.yelp:yelp",
    files={"yelp_academic_dataset_review.json": "", "yelp_academic_dataset_business.json": ""},
    home="https://business.yelp.com/data/resources/open-dataset/",
    by_hand="agree to the terms on https://business.yelp.com/data/resources/open-dataset/ and unpack the archive",
)

SOURCES = (GOWALLA, YELP)
