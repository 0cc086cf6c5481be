"""Data sets in the form in which papers published them: SASRec, S3-Rec, NCF, RecBole's files."""

import pytest
from sample_files import features, put, rows, told

from bench.datasets.readers.ncf import ncf_ml_1m
from bench.datasets.readers.published import s3rec_beauty, sasrec_ml_1m, sasrec_video
from bench.datasets.readers.scientific import amazon_scientific
from bench.errors import BadData


@pytest.mark.parametrize("name", ["ml-1m.txt", "ml-1m.txt.gz"])
def test_sasrec_ml_1m(tmp_path, name):
    dataset = sasrec_ml_1m(put(tmp_path, {name: "1 9\n1 3\n2 9\n"}))
    assert rows(dataset) == [("1", "9"), ("1", "3"), ("2", "9")]
    assert dataset.interactions.ordered


def test_sasrec_ml_1m_is_described_by_the_files_of_ml_1m(tmp_path):
    files = {
        "sasrec/ml-1m.txt": "1 2\n1 1\n2 3\n",
        "sasrec/sas_to_original_items.txt": "1 31\n2 40\n3 99\n4 50\n",
        "ml-1m/movies.dat": "31::Bees (1999)::Comedy\n40::Cats (1950)::War\n50::Dogs (2000)::War\n",
        "ml-1m/dbpedia_abstracts.json": '{"40": "A film about silence."}',
    }
    dataset = sasrec_ml_1m(put(tmp_path, files) / "sasrec")
    assert rows(dataset) == [("1", "2"), ("1", "1"), ("2", "3")]
    assert told(dataset, "1") == ("Bees (1999)", "Bees (1999). Comedy")
    assert told(dataset, "2") == ("Cats (1950)", "Cats (1950). War. A film about silence.")
    assert features(dataset, "2") == ["War"]
    assert told(dataset, "3") == ("3", "3")  # movies.dat does not know it
    (tmp_path / "sasrec/sas_to_original_items.txt").unlink()
    assert sasrec_ml_1m(tmp_path / "sasrec").items.texts is None


def test_sasrec_video(tmp_path):
    assert rows(sasrec_video(put(tmp_path, {"Video.txt": "1 9\n1 3\n"}))) == [("1", "9"), ("1", "3")]
    with pytest.raises(BadData, match="expected two words on each line"):
        sasrec_video(put(tmp_path, {"Video.txt": "1 9 3\n1 2\n"}))
    with pytest.raises(BadData, match=r"ml-1m\.txt\.gz or ml-1m\.txt is missing"):
        sasrec_ml_1m(tmp_path)


def test_s3rec(tmp_path):
    dataset = s3rec_beauty(
        put(tmp_path, {"Beauty.txt": "1 5 2 9\n2 2\n", "Beauty_item2attributes.json": '{"5": [7, 1], "99": [3]}'})
    )
    assert rows(dataset) == [("1", "5"), ("1", "2"), ("1", "9"), ("2", "2")]
    assert features(dataset, "5") == ["attribute=1", "attribute=7"]
    assert features(dataset, "2") == []
    assert "99" not in dataset.items.ids


@pytest.mark.parametrize("text", ["[]", "{", '{"5": 1}', '{"5": ["x"]}'])
def test_damaged_attributes(tmp_path, text):
    put(tmp_path, {"Beauty.txt": "1 5\n", "Beauty_item2attributes.json": text})
    with pytest.raises(BadData, match=r"Beauty_item2attributes\.json: expected an object of lists of numbers"):
        s3rec_beauty(tmp_path)


NCF = {
    "ncf/ml-1m.train.user-item-rating.tsv.gz": "0\t0\t5\n0\t1\t3\n1\t0\t2\n",
    "ncf/ml-1m.test.rating": "0\t2\t4\t978824351\n1\t1\t1\t978300174\n",
}
FILMS = {
    "ncf/item-id-map.tsv": "0\t31\n1\t40\n2\t50\n",
    "ml-1m/movies.dat": "31::Bees (1999)::Comedy\n40::Cats (1950)::War\n",
}


def test_ncf_joins_training_and_test(tmp_path):
    dataset = ncf_ml_1m(put(tmp_path, NCF) / "ncf")
    assert rows(dataset) == [("0", "0", 5), ("0", "1", 3), ("0", "2", 4), ("1", "0", 2), ("1", "1", 1)]
    assert dataset.items.titles is None
    assert not dataset.interactions.ordered


def test_ncf_takes_titles_from_ml_1m(tmp_path):
    dataset = ncf_ml_1m(put(tmp_path, {**NCF, **FILMS}) / "ncf")
    assert told(dataset, "0") == ("Bees (1999)", "Bees (1999). Comedy")
    assert features(dataset, "1") == ["War"]
    assert told(dataset, "2") == ("2", "2")
    put(tmp_path, {"ml-1m/dbpedia_abstracts.json": '{"31": "A film about honey."}'})
    assert told(ncf_ml_1m(tmp_path / "ncf"), "0")[1] == "Bees (1999). Comedy. A film about honey."


def test_ncf_with_upstream_s_times(tmp_path):
    dataset = ncf_ml_1m(put(tmp_path, {**NCF, "ncf/ml-1m.train.rating": "0\t0\t5\t978824352\n"}) / "ncf")
    assert rows(dataset) == [("0", "2", 4, 978824351), ("0", "0", 5, 978824352), ("1", "1", 1, 978300174)]


def test_damaged_ncf(tmp_path):
    put(tmp_path, {**NCF, "ncf/ml-1m.test.rating": "0\t2\t4\n"})
    with pytest.raises(BadData, match=r"ml-1m\.test\.rating, line 1, column '3'|3 columns|the columns are"):
        ncf_ml_1m(put(tmp_path, {"ncf/ml-1m.train.rating": "0\t0\t5\t1\n"}) / "ncf")


SCIENTIFIC = {
    "Scientific.test.inter": "user_id:token\titem_id_list:token_seq\titem_id:token\n0\t3 1\t2\n1\t1\t3\n",
    "Scientific.item2index": "B00A\t1\nB00B\t2\nB00C\t3\n",
    "Scientific.text": "item_id:token\ttext:token_seq\n"
    "B00A\tGlue \u201ctop\u201d. Tapes. Gorilla. \nB00C\tLid\nB00Z\tx\n",
}


def test_amazon_scientific(tmp_path):
    dataset = amazon_scientific(put(tmp_path, SCIENTIFIC))
    assert rows(dataset) == [("0", "3"), ("0", "1"), ("0", "2"), ("1", "1"), ("1", "3")]
    assert told(dataset, "1") == (None, "Glue \u201ctop\u201d. Tapes. Gorilla.")
    assert told(dataset, "2") == (None, "2")


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"Scientific.test.inter": "user_id\titem_id\n0\t1\n"}, "Scientific.test.inter, line 1: expected the header"),
        (
            {"Scientific.test.inter": SCIENTIFIC["Scientific.test.inter"] + "2\tx\t1\n"},
            "line 4: expected whole numbers",
        ),
        ({"Scientific.text": "item_id:token\ttext:token_seq\nB00A\n"}, "Scientific.text, line 2: expected 2 cells"),
    ],
)
def test_damaged_scientific(tmp_path, files, message):
    with pytest.raises(BadData) as caught:
        amazon_scientific(put(tmp_path, {**SCIENTIFIC, **files}))
    assert message in str(caught.value)
