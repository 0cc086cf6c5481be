"""The section on first interactions: which splits make a series, and what it says."""

import pytest
import synthetic_store as synthetic
from lxml import html

import reports
from reports import growth
from reports.load import load

pytestmark = pytest.mark.usefixtures("no_files")

STEPS = (0, 2, 10)


def split(shown, after):
    return {"name": "cold-users", "test": 0.2, "shown": shown, "after": after, "seed": 0}


def store_of(folder, after, steps=STEPS, failing=()):
    store = synthetic.empty(folder / "store")
    for number, shown in enumerate(steps):
        store.put_context(str(number) * 64, synthetic.context(8))
        for label, rank in (("learns", 9 - shown // 2), ("stays", 5)):
            options = {"split": split(shown, after), "split_hash": str(number) * 64}
            status = {"status": "oom"} if (label, shown) in failing else {}
            found = None if status else synthetic.answers([[rank]] * 8)
            synthetic.put(store, synthetic.record(label, **options, **status), found)
    return store


def test_splits_that_differ_in_what_is_shown_are_a_series(tmp_path):
    (found,) = growth.of_groups(load(store_of(tmp_path, 10)).groups)
    assert [shown for shown, _ in found.steps] == list(STEPS) and found.same_items
    assert found.labels == ["learns", "stays"], "the best after the most interactions first"
    assert [found.estimate("stays", shown).value for shown in STEPS] == [pytest.approx(0.356207)] * 3
    learnt = [found.estimate("learns", shown).value for shown in STEPS]
    assert learnt == sorted(learnt) and learnt[0] < learnt[2]


def test_other_items_at_each_step_are_told(tmp_path):
    (found,) = growth.of_groups(load(store_of(tmp_path, 0)).groups)
    assert not found.same_items
    page = html.parse(reports.write(store_of(tmp_path / "b", 0), tmp_path / "report"))
    assert "asked about different items" in page.xpath("//section[@id='growth']")[0].text_content()


def test_an_algorithm_without_a_number_somewhere_is_no_line(tmp_path):
    (found,) = growth.of_groups(load(store_of(tmp_path, 10, failing=[("learns", 2)])).groups)
    assert found.labels == ["stays"]


def test_one_step_is_no_series(tmp_path):
    store = store_of(tmp_path, 10, steps=(5,))
    assert growth.of_groups(load(store).groups) == []
    assert not html.parse(reports.write(store, tmp_path / "report")).xpath("//section[@id='growth']")


def test_the_section_and_its_picture_have_the_same_numbers(tmp_path):
    store = store_of(tmp_path, 10)
    path = reports.write(store, tmp_path / "report")
    rows = html.parse(path).xpath("//table[contains(@class, 'growth')]/tbody/tr")
    shown = [[float(cell.get("data-sort")) for cell in row.xpath("td")] for row in rows]
    lines = (path.parent / "figures" / "growth-movielens-small.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "algorithm,family,metric,shown,step,value,low,high,training_seconds"
    assert [float(line.split(",")[5]) for line in lines[1:]] == [value for row in shown for value in row]
    assert [line.split(",")[3] for line in lines[1:4]] == ["0", "2", "10"]


@pytest.mark.parametrize(
    ("option", "usual", "values", "texts"),
    [
        ("train_share", 1.0, (0.1, 0.5), ["10 %", "50 %", "100 %"]),
        ("noise", 0.0, (0.1, 0.25), ["0 %", "10 %", "25 %"]),
    ],
)
def test_shares_of_training_and_noise_are_axes_too(tmp_path, option, usual, values, texts):
    """The split that does not name the option is the step of its usual value."""
    store = synthetic.empty(tmp_path / "store")
    for number, value in enumerate((*values, usual)):
        store.put_context(str(number) * 64, synthetic.context(8))
        changed = {} if value == usual else {option: value}
        for label, rank in (("first-with-little", 4), ("first-with-all", 9 - 3 * number)):
            options = {"split": {"name": "user-time", "test": 0.2, **changed}, "split_hash": str(number) * 64}
            synthetic.put(store, synthetic.record(label, **options), synthetic.answers([[rank]] * 8))
    (found,) = growth.of_groups(load(store).groups)
    assert (found.along.option, found.same_items) == (option, True)
    assert [found.along.text(step) for step, _ in found.steps] == texts
    ends = {label for step in (found.steps[0][0], found.steps[-1][0]) for label in [found.best(step)]}
    assert ends == {"first-with-little", "first-with-all"}
    page = html.parse(reports.write(store, tmp_path / "report"))
    (row, _) = page.xpath("//table[contains(@class, 'growth')]/tbody/tr")
    assert "0.500 s of training" in row.text_content()
    assert list((tmp_path / "report" / "figures").glob(f"{option.replace('_', '-')}-movielens-small.png"))
