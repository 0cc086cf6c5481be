"""What stands below each picture: what it shows, of whom, and how to read it."""

from __future__ import annotations

from collections.abc import Sequence

from reports.averages import CUTOFFS
from reports.differences import Differences
from reports.figures.cutoffs import foremost
from reports.figures.overview import marks
from reports.figures.pairs import MOST
from reports.figures.tradeoff import Cost
from reports.growth import Growth
from reports.model import LISTED, Group
from reports.ranks import Table
from reports.statistics import bootstrap
from reports.tuning import Tuned


def sample(group: Group) -> str:
    """Users, split and seeds, as every caption names them."""
    asked = f"{group.users:,} users" + (f", {group.questions:,} questions" if group.questions != group.users else "")
    seeds = ", ".join(map(str, group.seeds))
    return f"{group.dataset}, split {group.split}, {asked}, {'seed' if len(group.seeds) == 1 else 'seeds'} {seeds}"


def bars(group: Group) -> str:
    """What the lines through the points are."""
    averaged = "; several seeds are averaged for each question first" if len(group.seeds) > 1 else ""
    if any(row.estimate(group.leading).interval for row in group.complete):
        return f"95 % bootstrap intervals over users ({bootstrap.RESAMPLES:,} resamples{averaged})"
    return ""


def quality(group: Group, metric: str) -> str:
    """Of the dots and intervals."""
    lines = bars(group)
    said = f"Lines are {lines}; the grey band is that of the best." if lines else "No intervals can be given here."
    return f"{metric} on {sample(group)}. Dots are means over users. {said} Colours are families."


def forest(group: Group, found: Differences) -> str:
    """Of paired differences."""
    return (
        f"{found.heading} for the same users, on {sample(group)}. Lines are 95 % bootstrap intervals of one "
        f"difference; p: randomization test, corrected for {len(found.lines)} comparisons (Holm); filled: p < 0.05."
    )


def wins(group: Group, metric: str) -> str:
    """Of the shares of users."""
    return (
        f"Share of users who have a better {metric} from the algorithm of the row than from that of the column, on "
        f"{sample(group)}; users who have the same from both count half for each. Best on top{_best(group)}."
    )


def similarity(group: Group) -> str:
    """Of lists side by side."""
    return (
        f"Above the diagonal: how many of the {LISTED} items in the lists of two algorithms are the same, mean over "
        f"questions. Below: the mean of that over the first 1, 2, … {LISTED} items, in which the top counts more. "
        f"{sample(group)}, lists of the first seed{_best(group)}."
    )


def beyond(group: Group) -> str:
    """Of accuracy against other qualities."""
    return (
        f"What accuracy is paid with, on {sample(group)}. Coverage: share of the catalogue in somebody's list. "
        "Novelty: mean bits of surprise, more for items that few have. Popularity lift: how much more popular listed "
        "items are than those of the histories. Coloured: the best, and the best of each family; grey: the others."
    )


def groups(group: Group, metric: str) -> str:
    """Of parts of the users, the items and the time."""
    return (
        f"{metric} by groups of users, held-out items and time, on {sample(group)}. The colour is the share of the "
        "best of the column. Groups of items count their own held-out items alone."
    )


def growth(found: Growth) -> str:
    """Of quality along an axis of splits."""
    users = found.steps[-1][1].users
    same = "asked about the same held-out items at every step" if found.same_items else "asked about what comes after"
    return (
        f"{found.column.title} for {users:,} users of {found.dataset}, {found.along.told}; they are {same} (split "
        f"{found.split}). Bars are 95 % bootstrap intervals over users."
    )


def tuning(group: Group, found: Sequence[Tuned]) -> str:
    """Of the best value so far."""
    budgets = ", ".join(dict.fromkeys(tuned.budget for tuned in found))
    return (
        f"The best {found[0].column.title} on the validation part so far, by trials and by their seconds; budget of "
        f"each search: {budgets}. The first trial is the defaults. On {group.title}, seeds "
        f"{', '.join(map(str, sorted({search.seed for tuned in found for search in tuned.searches})))}."
    )


def overview(shown: Sequence[Group], metric: str) -> str:
    """Of all data sets."""
    return f"{metric} on each data set and split; the colour is its share of the best there.{marks(shown)}"


def ranks(table: Table) -> str:
    """Of mean ranks."""
    said = "Grey: what cannot be told from the best. Bars that do not meet: the two differ (Nemenyi's test, 5 %)."
    return f"{said} {table.remark}"


def seeds(group: Group, metric: str) -> str:
    """Of the spread over seeds."""
    said = f"{metric} with each seed (strokes) and their mean, on {sample(group)}"
    return f"{said}; ±: half of what lies between them{_best(group)}."


def learning(group: Group) -> str:
    """Of learning curves."""
    return (
        f"Quality on the validation part after each epoch, on {sample(group)}; a line for each seed, of which the "
        "best epoch counts. Algorithms that report no such quality are missing."
    )


def tradeoff(group: Group, metric: str, cost: Cost) -> str:
    """Of quality against a cost."""
    lines = bars(group)
    said = f" Upright lines are {lines}." if lines else ""
    return (
        f"{metric} against {cost.title.lower()} on {sample(group)}.{said} The dashed stairs join the algorithms that "
        "nothing cheaper beats; the others are grey. Where there is no room a name is left out; the table has them all."
    )


def cutoffs(group: Group) -> str:
    """Of curves by cut-off."""
    shown, others = foremost(group)
    grey = f" The {len(shown)} best are coloured, the best of each family first; grey: the others." if others else ""
    of = f"{sample(group)}; means over users{_best(group)}"
    return f"NDCG and recall at cut-offs k from 1 to {CUTOFFS[-1]} on {of}.{grey}"


def _best(group: Group) -> str:
    """What pictures of pairs leave out."""
    return f"; the {MOST} best of {len(group.complete)} algorithms" if len(group.complete) > MOST else ""
