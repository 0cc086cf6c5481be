"""GroupLens's releases, from invented samples in their formats."""

import pytest
from sample_files import features, put, rows, told

from bench.datasets.readers.movielens_1m import ml_1m
from bench.datasets.readers.movielens_csv import ml_20m, ml_latest_small
from bench.errors import BadData

RATINGS = "1::31::5::978300760\n2::31::1::978300761\n1::40::3::978300000\n"
MOVIES = '31::Caf\u00e9: A "Story" (1999)::Comedy|Film-Noir\n40::Quiet (1950)::Drama\n77::Unseen (2000)::War\n'.encode(
    "latin-1"
)
USERS = "1::F::1::10::00107\n2::M::56::16::70072-1234\n"
ONE_M = {"ratings.dat": RATINGS, "movies.dat": MOVIES, "users.dat": USERS}


def test_ml_1m(tmp_path):
    dataset = ml_1m(put(tmp_path, ONE_M))
    assert rows(dataset) == [("1", "40", 3, 978300000), ("1", "31", 5, 978300760), ("2", "31", 1, 978300761)]
    assert dataset.interactions.scale == (1, 5)
    assert told(dataset, "31") == ('Caf\u00e9: A "Story" (1999)', 'Caf\u00e9: A "Story" (1999). Comedy, Film-Noir')
    assert features(dataset, "31") == ["Comedy", "Film-Noir"]
    assert "77" in dataset.items.ids  # a film without ratings belongs to the catalogue
    names = [dataset.users.feature_names[c] for c in dataset.users.features[1].indices]
    assert names == ["age=56+", "gender=M", "occupation=self-employed"]


def test_ml_1m_without_times_has_no_order(tmp_path):
    without = "".join(line.rpartition("::")[0] + "\n" for line in RATINGS.splitlines())
    files = {**ONE_M, "ratings-without-timestamp.dat.gz": without}
    del files["ratings.dat"]
    dataset = ml_1m(put(tmp_path, files))
    assert rows(dataset) == [("1", "31", 5), ("1", "40", 3), ("2", "31", 1)]
    assert dataset.interactions.times is None
    assert not dataset.interactions.ordered


def test_ml_1m_abstracts_become_text(tmp_path):
    dataset = ml_1m(put(tmp_path, {**ONE_M, "dbpedia_abstracts.json": '{"40": "A film about silence."}'}))
    assert told(dataset, "40")[1] == "Quiet (1950). Drama. A film about silence."


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"ratings.dat": RATINGS + "2::31::4\n"}, "ratings.dat, line 4: 3 columns, expected 4"),
        ({"ratings.dat": "1::31::6::978300760\n"}, "ratings.dat, line 1, column '3': expected a number from 1 to 5"),
        ({"ratings.dat": "1::31::5::soon\n"}, "ratings.dat, line 1, column '4': expected a finite number"),
        ({"ratings.dat": ""}, "ratings.dat: is empty"),
        ({"movies.dat": "31::Title (1999)\n"}, "movies.dat, line 1: expected 3 cells, found 2"),
        ({"movies.dat": ""}, "movies.dat: no rows"),
        ({"users.dat": "1::F::2::10::00107\n"}, "users.dat, line 1: no such age group or occupation: 2, 10"),
        ({"users.dat": "1::F::1::21::00107\n"}, "users.dat, line 1: no such age group or occupation: 1, 21"),
        ({"dbpedia_abstracts.json": "{"}, "dbpedia_abstracts.json: no JSON"),
        ({"dbpedia_abstracts.json": '{"1": 2}'}, "dbpedia_abstracts.json: expected an object of texts"),
    ],
)
def test_damaged_ml_1m(tmp_path, files, message):
    with pytest.raises(BadData) as caught:
        ml_1m(put(tmp_path, {**ONE_M, **files}))
    assert message in str(caught.value)


RELEASE = {
    "ratings.csv": "userId,movieId,rating,timestamp\r\n1,5,4.5,1256677221\r\n1,7,0.5,1256677000\r\n",
    "movies.csv": 'movieId,title,genres\r\n5,"American, The (2010)",Drama|IMAX\r\n'
    '7,"""Quoted"" (2001) ",(no genres listed)\r\n9,Nobody Saw It (2002),War\r\n',
    "tags.csv": "userId,movieId,tag,timestamp\r\n1,5,slow,1\r\n2,5,slow,2\r\n3,5,atmospheric,3\r\n"
    '2,5,"art, house",4\r\n1,7,bees,5\r\n',
}


@pytest.mark.parametrize("reader", [ml_latest_small, ml_20m])
def test_releases_in_csv(tmp_path, reader):
    dataset = reader(put(tmp_path, RELEASE))
    assert dataset.name == {ml_latest_small: "ml-latest-small", ml_20m: "ml-20m"}[reader]
    assert rows(dataset) == [("1", "7", 0.5, 1256677000), ("1", "5", 4.5, 1256677221)]
    assert told(dataset, "5") == (
        "American, The (2010)",
        "American, The (2010). Drama, IMAX. slow, art, house, atmospheric",
    )
    assert told(dataset, "7") == ('"Quoted" (2001)', '"Quoted" (2001). bees')
    assert features(dataset, "5") == ["Drama", "IMAX"]
    assert features(dataset, "7") == []
    assert dataset.items.ids == ("5", "7", "9")
    assert dataset.interactions.reviews is None


def test_own_tags_come_with_the_rating_unless_they_are_later(tmp_path):
    """1 gives film 5 four tags, one of them twice and one a second after the rating; 2 has rated nothing."""
    tags = "1,5,zen,9\r\n1,5,slow,1\r\n1,5,zen,10\r\n1,5,\U0001f40b,1256677221\r\n1,5,late,1256677222\r\n2,5,art,4\r\n"
    files = {**RELEASE, "tags.csv": "userId,movieId,tag,timestamp\r\n" + tags}
    dataset = ml_latest_small(put(tmp_path, files), reviews=True)
    assert dataset.interactions.reviews.tolist() == ["", "slow, zen, \U0001f40b"]
    assert told(dataset, "5")[1].endswith("art, late, slow, \U0001f40b")  # in the text of the film all count


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"ratings.csv": "userId,movieId,rating\n1,2,3\n"}, "ratings.csv, line 1: no column 'timestamp'"),
        ({"ratings.csv": RELEASE["ratings.csv"] + "1,5\r\n"}, "ratings.csv, line 4: 2 columns, expected 4"),
        ({"ratings.csv": "userId,movieId,rating,timestamp\n1,2,5.5,1\n"}, "expected a number from 0.5 to 5"),
        ({"movies.csv": 'movieId,title,genres\n5,"open,Drama\n'}, "movies.csv, line 2: not a row of a table"),
    ],
)
def test_damaged_releases(tmp_path, files, message):
    with pytest.raises(BadData) as caught:
        ml_latest_small(put(tmp_path, {**RELEASE, **files}))
    assert message in str(caught.value)
