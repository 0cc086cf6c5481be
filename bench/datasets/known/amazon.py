"""Amazon reviews by category, 5-core, in the three editions of the McAuley Lab: 2014, 2018 and 2023.

A data set is called by edition and category: amazon-2014-musical-instruments.
"""

from __future__ import annotations

from bench.datasets.source import Part, Source

LICENCE = "none stated (McAuley Lab, UCSD); for research, cite"
MOST = 64 << 30  # bytes of one file; none of the sizes is published
EVERYWHERE = """
    Books CDs_and_Vinyl Digital_Music Electronics Home_and_Kitchen Kindle_Store Movies_and_TV Musical_Instruments
    Office_Products Pet_Supplies Sports_and_Outdoors Tools_and_Home_Improvement Toys_and_Games Video_Games Automotive
    Cell_Phones_and_Accessories Clothing_Shoes_and_Jewelry Grocery_and_Gourmet_Food Patio_Lawn_and_Garden
"""
ONLY_2014 = "Amazon_Instant_Video Apps_for_Android Baby Beauty Health_and_Personal_Care"
ONLY_2018 = """
    AMAZON_FASHION All_Beauty Appliances Arts_Crafts_and_Sewing Gift_Cards Industrial_and_Scientific Luxury_Beauty
    Magazine_Subscriptions Prime_Pantry Software
"""
ONLY_2023 = """
    All_Beauty Amazon_Fashion Appliances Arts_Crafts_and_Sewing Baby_Products Beauty_and_Personal_Care Gift_Cards
    Handmade_Products Health_and_Household Health_and_Personal_Care Industrial_and_Scientific Magazine_Subscriptions
    Software
"""
PLACES = {"amazon-2014-musical-instruments": "amazon-musical-instruments-5"}  # folders with names of their own


def _source(edition: int, category: str, citation: str, home: str, interactions: str, items: str) -> Source:
    """The entry for one category; `interactions` and `items` are the addresses of its two files."""
    name = f"amazon-{edition}-{category.lower().replace('_', '-')}"
    parts = (Part(interactions, most=MOST), Part(items, most=MOST))
    return Source(
        name=name,
        about=f"Amazon reviews of {edition}, 5-core, {category.replace('_', ' ')}: ratings with times, titles, texts",
        licence=LICENCE,
        citation=citation,
        reader=f"bench.datasets.readers.amazon:amazon_{edition}",
        files={parts[0].name: ""},
        optional={parts[1].name: ""},
        folder=PLACES.get(name, ""),
        home=home,
        parts=parts,
        family=f"amazon-{edition}-<category>",
        reviews=edition != 2023,  # its files of ratings hold no texts
    )


def _of_2014(category: str) -> Source:
    base = "https://snap.stanford.edu/data/amazon/productGraph/categoryFiles"
    return _source(
        2014,
        category,
        "Ruining He and Julian McAuley (2016). Ups and Downs: Modeling the Visual Evolution of Fashion Trends with "
        "One-Class Collaborative Filtering. WWW 2016. https://doi.org/10.1145/2872427.2883037",
        "https://cseweb.ucsd.edu/~jmcauley/datasets/amazon/links.html",
        f"{base}/reviews_{category}_5.json.gz",
        f"{base}/meta_{category}.json.gz",
    )


def _of_2018(category: str) -> Source:
    base = "https://datarepo.eng.ucsd.edu/mcauley_group/data/amazon_v2"
    return _source(
        2018,
        category,
        "Jianmo Ni, Jiacheng Li and Julian McAuley (2019). Justifying Recommendations using Distantly-Labeled Reviews "
        "and Fine-Grained Aspects. EMNLP 2019. https://doi.org/10.18653/v1/D19-1018",
        "https://cseweb.ucsd.edu/~jmcauley/datasets/amazon_v2/",
        f"{base}/categoryFilesSmall/{category}_5.json.gz",
        f"{base}/metaFiles2/meta_{category}.json.gz",
    )


def _of_2023(category: str) -> Source:
    base = "https://mcauleylab.ucsd.edu/public_datasets/data/amazon_2023"
    return _source(
        2023,
        category,
        "Yupeng Hou et al. (2024). Bridging Language and Items for Retrieval and Recommendation. "
        "https://arxiv.org/abs/2403.03952",
        "https://amazon-reviews-2023.github.io/",
        f"{base}/benchmark/5core/rating_only/{category}.csv.gz",
        f"{base}/raw/meta_categories/meta_{category}.jsonl.gz",
    )


SOURCES = (
    *map(_of_2014, sorted((EVERYWHERE + ONLY_2014).split(), key=str.casefold)),
    *map(_of_2018, sorted((EVERYWHERE + ONLY_2018).split(), key=str.casefold)),
    *map(_of_2023, sorted((EVERYWHERE + ONLY_2023).split(), key=str.casefold)),
)
