"""`bench data import` and `bench data check` from end to end."""

import json

import pytest


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))


@pytest.fixture
def inter(tmp_path):
    path = tmp_path / "mine.inter"
    path.write_text(
        "user_id:token\titem_id:token\trating:float\ttimestamp:float\na\t007\t1\t60\na\t8\t5\t60\n"
        "<b>[red]\t007\t3\t86400\n<b>[red]\t007\t4\t86461\n",
        encoding="utf-8",
    )
    return path


def test_an_atomic_file_needs_a_name_only(call, inter):
    done = call("data", "import", inter, "--name", "mine")
    assert (done.code, done.stdout) == (0, "mine: 3 interactions, 2 users, 2 items\n")
    assert "mine" in call("data", "list").stdout


def test_json_lines_with_items(call, inter, tmp_path):
    clicks, items = tmp_path / "clicks.jsonl", tmp_path / "things.jsonl"
    clicks.write_text('{"who":"a","what":7,"at":"2014-03-01"}\n{"who":"b"}\n', encoding="utf-8")
    items.write_text('{"what":"7","name":"Seven","kinds":["x","y"],"about":"text"}\n', encoding="utf-8")
    words = ["data", "import", clicks, "--name", "clicks", "--user", "who", "--item", "what", "--time", "at"]
    refused = call(*words)
    assert refused.code == 2
    assert refused.stderr == (
        f"bench: {clicks}, line 2, key 'what': expected text or a whole number, the key is missing\n"
    )
    about = ["--items", items, "--item-id", "what", "--item-title", "name", "--item-features", "kinds"]
    done = call(*words, "--on-bad-row", "skip", *about, "--item-text", "about")
    assert done.code == 0
    assert "1 rows skipped" in done.stdout
    facts = json.loads(call("data", "check", "clicks", "--json").stdout)
    assert (facts["items without title"], facts["items without text"], facts["rows skipped"]) == (0, 0, 1)


def test_columns_of_items_need_a_file(call, inter):
    done = call("data", "import", inter, "--name", "mine", "--item-text", "about")
    assert done.code == 2
    assert "belong to a file that --items names" in done.stderr


def test_the_report_on_a_data_set(call, inter):
    call("data", "import", inter, "--name", "mine")
    done = call("data", "check", "mine")
    assert done.code == 0
    lines = dict(line.split("  ", 1) for line in done.stdout.splitlines() if not line.startswith("suspicious"))
    said = {what: value.strip() for what, value in lines.items()}
    assert said["density"] == "75.000% (sparsity 25.000%)"
    assert said["interactions per user"] == "1 to 2, median 1.5, mean 1.5, Gini 0.17; 1 with one, 0 with none"
    assert said["share of the top 1 % of items"] == "66.7% of the interactions"
    assert (said["rated 1"], said["rated 4"], said["rated 5"]) == ("1", "1", "1")
    assert said["times"] == "1970-01-01T00:01:00Z to 1970-01-02T00:01:01Z, 1.0 days, in seconds"
    assert said["equal times within a user"] == "66.7% of the interactions"
    assert said["duplicates"] == "policy last, 1 rows dropped"
    assert done.stdout.count("suspicious users") == 4


def test_suspicious_ids_are_shown_as_they_are(call, tmp_path):
    path = tmp_path / "twins.csv"
    rows = "".join(f"{user},i{n}\n" for user in ("[red]", "<b>") for n in range(10))
    path.write_text("user,item\n" + rows, encoding="utf-8")
    call("data", "import", path, "--name", "twins")
    assert "2 with the same items as another user, 10 or more: <b>, [red]\n" in call("data", "check", "twins").stdout


def test_facts_and_pictures_in_a_folder(call, inter, tmp_path):
    call("data", "import", inter, "--name", "mine")
    folder = tmp_path / "pictures" / "mine"
    for _ in range(2):  # the second time in the place of the first
        done = call("data", "check", "mine", "--output", folder)
        assert done.code == 0
        assert done.stdout.endswith(f"Pictures: {folder}\n")
    names = [f"{name}.{kind}" for name in ("long-tail", "ratings", "time", "users") for kind in ("png", "svg")]
    assert sorted(path.name for path in folder.iterdir()) == sorted(["facts.json", *names])
    facts = json.loads((folder / "facts.json").read_text(encoding="utf-8"))
    assert facts == json.loads(call("data", "check", "mine", "--json").stdout)
    assert facts["fingerprint"] and facts["files"] and facts["interactions"] == 3


def test_a_folder_that_cannot_be_written(call, inter, tmp_path):
    call("data", "import", inter, "--name", "mine")
    done = call("data", "check", "mine", "--output", inter)
    assert done.code == 3
    assert f"{inter}: cannot write (File exists)" in done.stderr


def test_a_changed_file_is_among_the_facts(call, inter):
    call("data", "import", inter, "--name", "mine")
    call("data", "check", "mine")
    with inter.open("a", encoding="utf-8") as file:
        file.write("new\tnew\t5\t7\n")
    call("data", "import", inter, "--name", "mine", "--replace")
    facts = json.loads(call("data", "check", "mine", "--json").stdout)
    (warning,) = facts["warnings"]
    assert "interactions.parquet has changed since it was read last" in warning


def test_no_picture_of_other_data_stays_in_the_folder(call, inter, tmp_path):
    bare = tmp_path / "bare.csv"
    bare.write_text("user,item\na,x\n", encoding="utf-8")
    folder = tmp_path / "pictures"
    for name, file in (("mine", inter), ("bare", bare)):
        call("data", "import", file, "--name", name)
        folder.mkdir(exist_ok=True)
        (folder / "notes.txt").write_text("of a person", encoding="utf-8")
        call("data", "check", name, "--output", folder)
    names = ["facts.json", "long-tail.png", "long-tail.svg", "notes.txt", "users.png", "users.svg"]
    assert sorted(path.name for path in folder.iterdir()) == names
