"""Data sets as papers on next items and on lists of negatives prepared them, with the papers' own numbers for ids."""

from __future__ import annotations

from bench.datasets.known.movielens import CITATION as MOVIELENS_CITATION
from bench.datasets.known.movielens import RESEARCH as MOVIELENS_LICENCE
from bench.datasets.source import Part, Source, plain

AMAZON_LICENCE = "none stated (Amazon reviews, McAuley Lab, UCSD); for research, cite"
SASREC = "Wang-Cheng Kang and Julian McAuley (2018). Self-Attentive Sequential Recommendation. ICDM 2018. "
SASREC_DOI = "https://doi.org/10.1109/ICDM.2018.00035"
SASREC_FILES = "https://raw.githubusercontent.com/kang205/SASRec"
FILMS = {"../ml-1m/movies.dat": "", "../ml-1m/dbpedia_abstracts.json": ""}  # where they are, they tell what items are

SASREC_ML_1M = Source(
    name="sasrec-ml-1m",
    about="MovieLens 1M as prepared for SASRec, for next-item prediction; order without times or ratings",
    licence=MOVIELENS_LICENCE,
    citation=f"{MOVIELENS_CITATION}; prepared by {SASREC}{SASREC_DOI}",
    reader="bench.datasets.readers.published:sasrec_ml_1m",
    files={
        "ml-1m.txt.gz|ml-1m.txt": "7c5d534ef3a363c21c424a260fa8e4e0dd0237d8370eb1a250280afbf03fd7dd"
        "|b725f3acb3986fe3130bffd1e77a74d182a1f51799567a236dbd60270f95b0a2"
    },
    optional={"sas_to_original_items.txt": "", **FILMS},
    folder="sasrec",
    rows=999_611,
    home="https://github.com/kang205/SASRec",
    parts=(
        Part(
            f"{SASREC_FILES}/master/data/ml-1m.txt",
            "b725f3acb3986fe3130bffd1e77a74d182a1f51799567a236dbd60270f95b0a2",
            9_053_831,
        ),
    ),
)

SASREC_VIDEO = Source(
    name="sasrec-video",
    about="Amazon Video Games as prepared for SASRec, for next-item prediction; order without times or ratings",
    licence=AMAZON_LICENCE,
    citation=f"{SASREC}{SASREC_DOI}",
    reader="bench.datasets.readers.published:sasrec_video",
    files={"Video.txt": "b7376fe24430743f411dc7f567285657b2adb3f74361cc7ba0aee94f3024b651"},
    folder="sasrec",
    rows=287_107,
    home="https://github.com/kang205/SASRec",
    parts=plain(
        f"{SASREC_FILES}/641c378fcfac265ea8d1e5fe51d4d53eb892d1b4/data",
        {"Video.txt": "b7376fe24430743f411dc7f567285657b2adb3f74361cc7ba0aee94f3024b651"},
        {"Video.txt": 3_187_124},
    ),
)

NCF_REST = {
    "ml-1m.test.rating": "231ae11eb060b643a8c58c063cd17ffc743b54f569afb073d1abb6cf126b88b5",
    "ml-1m.test.negative": "127853228a76b7d21c0481e8ef8d00dd009cd5c88670dbdd9e9debfdb9f93de4",
}
NCF_TRAIN = "ml-1m.train.rating|ml-1m.train.user-item-rating.tsv.gz"

NCF_ML_1M = Source(
    name="ncf-ml-1m",
    about="MovieLens 1M with the user and item numbers of NCF: its training and test part together",
    licence=MOVIELENS_LICENCE,
    citation=f"{MOVIELENS_CITATION}; prepared by Xiangnan He et al. (2017). Neural Collaborative Filtering. WWW 2017. "
    "https://doi.org/10.1145/3038912.3052569",
    reader="bench.datasets.readers.ncf:ncf_ml_1m",
    files={NCF_TRAIN: "|fbe7d60a15c0c70193279684368030549e262b7e3cfcc7197ce89ab49a342150", **NCF_REST},
    optional={"item-id-map.tsv": "", **FILMS},
    rows=1_000_209,
    home="https://github.com/hexiangnan/neural_collaborative_filtering",
    parts=plain(
        "https://raw.githubusercontent.com/hexiangnan/neural_collaborative_filtering/"
        "4aab159e81c44b062c091bdaed0ab54ac632371f/Data",
        {"ml-1m.train.rating": "", **NCF_REST},
        {"ml-1m.test.rating": 128_039, "ml-1m.test.negative": 2_891_424},
    ),
)

S3REC_FILES = "https://raw.githubusercontent.com/aHuiWang/CIKM2020-S3Rec/master/data"
S3REC = (
    "Kun Zhou et al. (2020). S3-Rec: Self-Supervised Learning for Sequential Recommendation with Mutual Information "
    "Maximization. CIKM 2020. https://doi.org/10.1145/3340531.3411954"
)


def _s3rec(
    name: str, what: str, rows: int, licence: str, sequences: str, attributes: str, sizes: tuple[int, int]
) -> Source:
    """The entry of one set: SHA-256 of its sequences and of its attributes, and the bytes of both files."""
    files = {f"{what}.txt": sequences, f"{what}_item2attributes.json": attributes}
    forbidden = "" if name != "s3rec-yelp" else f"read Yelp's terms, which forbid passing data on; {S3REC_FILES} has it"
    return Source(
        name=name,
        about=f"{what.replace('_', ' ')} as prepared for S3-Rec: order without times, numbered attributes of items",
        licence=licence,
        citation=S3REC,
        reader=f"bench.datasets.readers.published:{name.replace('-', '_')}",
        files=files,
        folder="s3rec",
        rows=rows,
        home="https://github.com/aHuiWang/CIKM2020-S3Rec",
        parts=() if forbidden else plain(S3REC_FILES, files, dict(zip(files, sizes, strict=True))),
        by_hand=forbidden,
    )


SCIENTIFIC = {
    "Scientific.test.inter": "46077666a7e26f6f3a0b8929c15b66af83b4a21859fb0a6c25692403fd703611",
    "Scientific.text": "2989b83daab4624c7adc289d17baea0d09f85c20545e1635f7614926ae489167",
    "Scientific.item2index": "e689059637092e6dfaf6161ab71c5a3e54d96dc6a401a285c534cfc41516c022",
}
SCIENTIFIC_PARTS = {
    "Scientific.train.inter": "ad7a8cc23499cdbc3a0ba3650a438f946da433131e786b4ce4dfeae1c5590c5f",
    "Scientific.valid.inter": "46b3f988b4f12ed05de4ba518e48744d7680eda42146138ffb416445d191cafb",
}

AMAZON_SCIENTIFIC = Source(
    name="amazon-scientific",
    about="Amazon Industrial and Scientific, a small 5-core in RecBole's files: sequences, with a text for every item",
    licence=AMAZON_LICENCE,
    citation="Jianmo Ni, Jiacheng Li and Julian McAuley (2019). Justifying Recommendations using Distantly-Labeled "
    "Reviews and Fine-Grained Aspects. EMNLP 2019. https://doi.org/10.18653/v1/D19-1018",
    reader="bench.datasets.readers.scientific:amazon_scientific",
    files=SCIENTIFIC,
    rows=19_712,
    home="https://github.com/KIKIENAO/decorec",
    parts=plain(
        "https://raw.githubusercontent.com/KIKIENAO/decorec/9840457cd904a05f27a0288d10d1e3fc048a29aa"
        "/dataset/downstream/Scientific",
        {**SCIENTIFIC, **SCIENTIFIC_PARTS},
        {
            "Scientific.test.inter": 93_809,
            "Scientific.text": 320_975,
            "Scientific.item2index": 24_250,
            "Scientific.train.inter": 244_167,
            "Scientific.valid.inter": 81_808,
        },
    ),
)

SOURCES = (
    SASREC_ML_1M,
    SASREC_VIDEO,
    NCF_ML_1M,
    _s3rec(
        "s3rec-beauty",
        "Beauty",
        198_502,
        AMAZON_LICENCE,
        "226cce9c3105299ca0db9615d7d3fb32b3175e90da43100ae352599f0f0107b8",
        "129e40f67486f6877eff0f5318cfa8530ee8ac23d8b0d1de04e1bb7a2ba0b2d4",
        (1_090_094, 305_674),
    ),
    _s3rec(
        "s3rec-sports",
        "Sports_and_Outdoors",
        296_337,
        AMAZON_LICENCE,
        "2a095e0648872beb9982408958290f5d655db5be2911c3756b5446de9f0b8de2",
        "7fb10733ac4f1811384a52144cdefa7fcc7536fa80a7232c5da9bd789155c34b",
        (1_707_483, 653_780),
    ),
    _s3rec(
        "s3rec-toys",
        "Toys_and_Games",
        167_597,
        AMAZON_LICENCE,
        "176c680c688d497598c4a89a03b402c0fe78d795e5db335c2e78dd5f2d778a3f",
        "d371acd25101eedac04afc727626464b7acec770c4eda708705d51eb76eb1ad0",
        (922_166, 327_536),
    ),
    _s3rec(
        "s3rec-yelp",
        "Yelp",
        316_354,
        "Yelp Dataset Terms of Use: academic use, no redistribution",
        "724b219106b81dd2349027da997334ddb6da9fe2f152ad6e0d97a93170f7caed",
        "f25acd5e1e680e0b22fd4e3f4fb6be4b2a7461e9222610616e3e1ee6702dd58d",
        (1_814_224, 600_360),
    ),
    _s3rec(
        "s3rec-lastfm",
        "LastFM",
        52_551,
        "none stated (Last.fm, HetRec 2011); for research, cite",
        "9ded486adb5b0fe9dc761950afa0a9a05e93ff018992e0c52bf11afec529f802",
        "a4ccd678dc9ff6d43fe5073f491db5c9b02eb98dfa4f8c0382913a784be217ef",
        (239_312, 524_368),
    ),
    AMAZON_SCIENTIFIC,
)
