"""Amazon in its three editions, and Yelp."""

import pytest
from sample_files import features, put, rows, told

from bench.datasets.readers.amazon import amazon_2014, amazon_2018, amazon_2023
from bench.datasets.readers.yelp import yelp
from bench.errors import BadData

REVIEWS = (
    '{"reviewerID": "A1", "asin": "0000013714", "reviewerName": "J. \\"Jay\\"", "helpful": [0, 0], "reviewText": '
    '"Good\\nbass", "overall": 5.0, "summary": "ok", "unixReviewTime": 1393545600, "reviewTime": "02 28, 2014"}\n'
    '{"reviewerID": "A2", "asin": "B00X", "helpful": [1, 2], "reviewText": "", "overall": 1.0, "summary": "no", '
    '"unixReviewTime": 1393545000, "reviewTime": "02 27, 2014"}\n'
)
META_2014 = (
    "{'asin': '0000013714', 'categories': [['Musical Instruments', 'Bass'], ['Musical Instruments']], "
    "'title': \"Bob's Bass\", 'brand': 'Bob &amp; Sons', 'description': 'Four strings.', 'salesRank': {'M': 3}}\n"
    '{"asin": "B00X", "title": "Drum", "categories": [["Drums"]]}\n'
    "{'asin': 'UNRATED', 'title': 'x'}\n"
)
META_2018 = (
    '{"category": ["Musical Instruments", "Bass"], "description": ["Four", "strings"], "title": "Bass", '
    '"brand": "Bob", "feature": [], "asin": "0000013714"}\n'
)
RATINGS_2023 = "user_id,parent_asin,rating,timestamp\nAE1,B00X,4.0,1549866158332\nAE1,B00Y,2.0,1549866158331\n"
META_2023 = (
    '{"main_category": "Music", "title": "Bass", "average_rating": 4.8, "features": ["red"], "description": ["Loud."], '
    '"price": null, "store": "Bob", "categories": ["Music", "Bass"], "details": {}, "parent_asin": "B00X"}\n'
)


def test_amazon_2014(tmp_path):
    dataset = amazon_2014(put(tmp_path, {"reviews_Office_Products_5.json.gz": REVIEWS}))
    assert dataset.name == "amazon-2014-office-products"
    assert rows(dataset) == [("A1", "0000013714", 5, 1393545600), ("A2", "B00X", 1, 1393545000)]
    assert dataset.items.texts is None  # what reviews say is no description of an item


@pytest.mark.parametrize(
    ("reader", "file"), [(amazon_2014, "reviews_Office_Products_5.json.gz"), (amazon_2018, "Office_Products_5.json.gz")]
)
def test_amazon_reviews_come_with_their_interactions_if_asked_for(tmp_path, reader, file):
    lines = REVIEWS.replace("Good", "Good &amp; loud")
    lines += '{"reviewerID": "A3", "asin": "B00X", "overall": 2.0, "unixReviewTime": 1393545000}\n'  # without a word
    folder = put(tmp_path, {file: lines})
    dataset = reader(folder, reviews=True)
    assert dataset.interactions.reviews.tolist() == ["ok. Good & loud\nbass", "no", ""]
    assert dataset.items.texts is None
    assert reader(folder).interactions.reviews is None


def test_amazon_2014_items(tmp_path):
    files = {"reviews_Baby_5.json.gz": REVIEWS, "meta_Baby.json.gz": META_2014}
    dataset = amazon_2014(put(tmp_path, files))
    text = "Bob's Bass. Bob & Sons. Musical Instruments, Bass. Four strings."
    assert told(dataset, "0000013714") == ("Bob's Bass", text)
    assert features(dataset, "0000013714") == ["Bass", "Musical Instruments"]
    assert told(dataset, "B00X") == ("Drum", "Drum. Drums")
    assert "UNRATED" not in dataset.items.ids


def test_amazon_2018(tmp_path):
    dataset = amazon_2018(put(tmp_path, {"All_Beauty_5.json.gz": REVIEWS, "meta_All_Beauty.json.gz": META_2018}))
    assert dataset.name == "amazon-2018-all-beauty"
    assert told(dataset, "0000013714")[1] == "Bass. Bob. Musical Instruments, Bass. Four strings"
    assert told(dataset, "B00X") == ("B00X", "B00X")


def test_amazon_2023_has_milliseconds(tmp_path):
    dataset = amazon_2023(put(tmp_path, {"Video_Games.csv.gz": RATINGS_2023, "meta_Video_Games.jsonl.gz": META_2023}))
    assert rows(dataset) == [("AE1", "B00Y", 2, 1549866158), ("AE1", "B00X", 4, 1549866158)]
    assert told(dataset, "B00X") == ("Bass", "Bass. Bob. Music, Bass. red Loud.")


@pytest.mark.parametrize(
    ("reader", "files", "message"),
    [
        (amazon_2014, {}, "expected one file reviews_*_5.json.gz, found 0"),
        (amazon_2014, {"reviews_Baby_5.json.gz": REVIEWS.replace("5.0", "6.0")}, "_5.json.gz, line 1, key 'overall'"),
        (amazon_2014, {"reviews_Baby_5.json.gz": REVIEWS.replace('"A2"', "null")}, "line 2, key 'reviewerID'"),
        (amazon_2018, {"Baby_5.json.gz": REVIEWS + "<html>\n"}, "Baby_5.json.gz, line 3: expected one JSON object"),
        (
            amazon_2018,
            {"Baby_5.json.gz": REVIEWS, "meta_Baby.json.gz": '<span class="a">\n'},
            "meta_Baby.json.gz, line 1: no description of an item",
        ),
        (amazon_2018, {"Baby_5.json.gz": REVIEWS, "meta_Baby.json.gz": "{}\n"}, "line 1: an item without asin"),
        (amazon_2023, {"Baby.csv.gz": "user_id,rating\nA,5\n"}, "Baby.csv.gz, line 1: no column 'parent_asin'"),
    ],
)
def test_damaged_amazon(tmp_path, reader, files, message):
    with pytest.raises(BadData) as caught:
        reader(put(tmp_path, files))
    assert message in str(caught.value)


YELP = {
    "yelp_academic_dataset_review.json": '{"review_id":"r1","user_id":"u-1","business_id":"b_1","stars":4.0,"useful":0,'
    '"funny":0,"cool":0,"text":"Nice","date":"2018-07-07 22:09:11"}\n',
    "yelp_academic_dataset_business.json": '{"business_id":"b_1","name":"Caf\\u00e9","address":"","city":"Tucson",'
    '"state":"AZ","stars":4.5,"attributes":null,"categories":"Coffee & Tea, Food","hours":null}\n'
    '{"business_id":"b_2","name":"Closed","city":"Reno","categories":null}\n',
}


def test_yelp(tmp_path):
    dataset = yelp(put(tmp_path, YELP))
    assert rows(dataset) == [("u-1", "b_1", 4, 1531001351)]
    assert told(dataset, "b_1") == ("Caf\u00e9", "Caf\u00e9. Coffee & Tea, Food. Tucson")
    assert features(dataset, "b_1") == ["Coffee & Tea", "Food"]
    assert dataset.items.ids == ("b_1", "b_2")


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("review", '{"user_id":"u","business_id":"b","stars":4,"date":"soon"}', "review.json, line 1, key 'date'"),
        ("review", '{"user_id":"","business_id":"b","stars":4,"date":"2018-07-07"}', "review.json, line 1, key 'user"),
        ("business", '{"name":"x"}', "business.json, line 1: no description of a business (KeyError('categories'))"),
        ("business", "[]", "business.json, line 1: no description of a business"),
    ],
)
def test_damaged_yelp(tmp_path, name, text, message):
    with pytest.raises(BadData) as caught:
        yelp(put(tmp_path, {**YELP, f"yelp_academic_dataset_{name}.json": text}))
    assert message in str(caught.value)
