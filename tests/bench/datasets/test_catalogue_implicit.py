"""Data sets without ratings of their own kind: Last.fm, Gowalla, citeulike-a, Diginetica."""

import pytest
from sample_files import features, put, rows, told

from bench.datasets.readers.adjacency import gowalla
from bench.datasets.readers.citeulike import citeulike_a
from bench.datasets.readers.diginetica import diginetica, gce_gnn_diginetica
from bench.datasets.readers.lastfm import lastfm_2k
from bench.errors import BadData

LASTFM = {
    "user_artists.dat": "userID\tartistID\tweight\r\n2\t51\t12345\r\n2\t7\t1\r\n10\t51\t4\r\n",
    "artists.dat": 'id\tname\turl\tpictureURL\n7\t"Wei\u00dfe" Eule\thttp://a\t\n51\tEinhorn\thttp://b\thttp://c\n',
}
TAGS = {
    "tags.dat": "tagID\ttagValue\r\n1\tmetal\r\n2\tm\u00fasica\r\n".encode("latin-1"),
    "user_taggedartists.dat": "userID\tartistID\ttagID\tday\tmonth\tyear\r\n2\t51\t2\t1\t4\t2009\r\n"
    "2\t51\t1\t1\t4\t2009\r\n10\t51\t1\t1\t4\t2009\r\n",
}


def test_lastfm_2k(tmp_path):
    dataset = lastfm_2k(put(tmp_path, LASTFM))
    assert rows(dataset) == [("10", "51", 4), ("2", "51", 12345), ("2", "7", 1)]
    assert dataset.interactions.scale is None
    assert told(dataset, "7") == ('"Wei\u00dfe" Eule', '"Wei\u00dfe" Eule')
    assert dataset.items.features is None


def test_lastfm_2k_with_tags(tmp_path):
    dataset = lastfm_2k(put(tmp_path, {**LASTFM, **TAGS}))
    assert told(dataset, "51")[1] == "Einhorn. metal, m\u00fasica"
    assert features(dataset, "51") == ["metal", "m\u00fasica"]
    assert features(dataset, "7") == []


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"artists.dat": "id\tname\n7\tx\n"}, "artists.dat, line 2: expected 4 cells, found 2"),
        ({"artists.dat": "name\tid\tu\tp\n"}, "artists.dat, line 1: expected the header"),
        ({"artists.dat": b"id\tname\turl\tp\n7\t\xff\tx\ty\n"}, "artists.dat, line 2, byte 3: byte 0xFF is not utf-8"),
        ({"user_artists.dat": "userID\tartistID\tweight\n2\t51\t-1\n"}, "user_artists.dat, line 2, column 'weight'"),
        ({**TAGS, "tags.dat": "tagID\ttagValue\n1\tmetal\n"}, "user_taggedartists.dat, line 2: tag 2 is not in tags"),
    ],
)
def test_damaged_lastfm(tmp_path, files, message):
    with pytest.raises(BadData) as caught:
        lastfm_2k(put(tmp_path, {**LASTFM, **files}))
    assert message in str(caught.value)


GOWALLA = {"train.txt": "0 5 6 7\n1 5 9\n10 9\n", "valid.txt": "0 8\n1\n10 5\n", "test.txt": "0 1 \n1 7\n10 6\n"}


def test_gowalla_joins_its_parts(tmp_path):
    dataset = gowalla(put(tmp_path, GOWALLA))
    pairs = [("0", "1"), ("0", "5"), ("0", "6"), ("0", "7"), ("0", "8"), ("1", "5"), ("1", "7"), ("1", "9")]
    assert rows(dataset) == [*pairs, ("10", "5"), ("10", "6"), ("10", "9")]
    assert not dataset.interactions.ordered


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("0 5\n1 x\n", "train.txt, line 2: expected whole numbers, found 'x'"),
        ("0 5\n0 6\n", "train.txt, line 2: user 0 has a second line"),
        ("", "train.txt: no items"),
        ("0 5\n1 \u0663\n", "expected whole numbers"),
    ],
)
def test_damaged_gowalla(tmp_path, text, message):
    with pytest.raises(BadData) as caught:
        gowalla(put(tmp_path, {**GOWALLA, "train.txt": text}))
    assert message in str(caught.value)


PAPERS = {
    "users.dat": "2 1 3\n0\n1 1\n",
    "item-tag.dat": "1 0\n2 0 1\n0\n1 1",
    "tags.dat": "genomics\nweb-2.0",
    "raw-data.csv": '"doc.id","title","citeulike.id","raw.title","raw.abstract"\n'
    '"2","on bees","9","On Bees","They say ""buzz"",\nand fly."\n',
}


def test_citeulike_a(tmp_path):
    dataset = citeulike_a(put(tmp_path, PAPERS))
    assert rows(dataset) == [("0", "1"), ("0", "3"), ("2", "1")]
    assert dataset.items.ids == ("0", "1", "2", "3")
    assert features(dataset, "1") == ["genomics", "web-2.0"]
    assert told(dataset, "1") == ("On Bees", 'On Bees. They say "buzz",\nand fly. genomics, web-2.0')
    assert told(dataset, "3") == ("3", "web-2.0")


def test_citeulike_a_without_texts(tmp_path):
    dataset = citeulike_a(put(tmp_path, {"users.dat": PAPERS["users.dat"]}))
    assert (len(dataset.interactions), dataset.items.titles, dataset.items.texts) == (3, None, None)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"users.dat": "3 1 3\n"}, "users.dat, line 1: 2 numbers follow, not 3 as it says"),
        ({"users.dat": "2 1 b\n"}, "users.dat, line 1: expected whole numbers, found 'b'"),
        ({"item-tag.dat": "1 2\n"}, "item-tag.dat, line 1: a tag beyond the 2 of tags.dat"),
        ({"raw-data.csv": "a,b\n1,2\n"}, "raw-data.csv, line 1: no column 'doc.id'"),
    ],
)
def test_damaged_citeulike(tmp_path, files, message):
    with pytest.raises(BadData) as caught:
        citeulike_a(put(tmp_path, {**PAPERS, **files}))
    assert message in str(caught.value)


def test_diginetica_views(tmp_path):
    text = "sessionId;userId;itemId;timeframe;eventdate\n1;NA;81766;526309;2016-05-09\n1;NA;31331;1031018;2016-05-09\n"
    text += "1;NA;31331;243569;2016-05-09\n2;7;31331;0;2016-05-10\n"
    dataset = diginetica(put(tmp_path, {"train-item-views.csv": text}))
    day = 1462752000  # 2016-05-09
    expected = [("1", "31331", day + 243), ("1", "81766", day + 526), ("1", "31331", day + 1031)]
    assert rows(dataset) == [*expected, ("2", "31331", day + 86400)]


def test_diginetica_sessions_as_prepared(tmp_path):
    dataset = gce_gnn_diginetica(put(tmp_path, {"all_train_seq.sessions.txt.gz": "3 1\n2 2 4\n"}))
    assert rows(dataset) == [("1", "3"), ("1", "1"), ("2", "2"), ("2", "2"), ("2", "4")]
    assert dataset.interactions.ordered


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sessionId;userId;itemId;timeframe;eventdate\n1;NA;5;1;soon\n", "line 2, column 'eventdate': expected a date"),
        ("sessionId,userId,itemId,timeframe,eventdate\n1,NA,5,1,2016-05-09\n", "is the separator a comma?"),
    ],
)
def test_damaged_diginetica(tmp_path, text, message):
    with pytest.raises(BadData) as caught:
        diginetica(put(tmp_path, {"train-item-views.csv": text}))
    assert message in str(caught.value)
