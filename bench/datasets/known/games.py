"""Computer games: Steam."""

from __future__ import annotations

from bench.datasets.source import Part, Source

HERE = "https://cseweb.ucsd.edu/~wckang"

STEAM = Source(
    name="steam",
    about="Steam: reviews of computer games with hours played, titles, genres, tags and days",
    licence="none stated (McAuley Lab, UCSD); for research, cite",
    citation="Wang-Cheng Kang and Julian McAuley (2018). Self-Attentive Sequential Recommendation. ICDM 2018. "
    "https://doi.org/10.1109/ICDM.2018.00035",
    reader="bench.datasets.readers.steam:steam",
    files={"steam_reviews.json.gz": "", "steam_games.json.gz": ""},
    home="https://cseweb.ucsd.edu/~jmcauley/datasets.html#steam_data",
    parts=(Part(f"{HERE}/steam_reviews.json.gz", most=4 << 30), Part(f"{HERE}/steam_games.json.gz")),
)

SOURCES = (STEAM,)
