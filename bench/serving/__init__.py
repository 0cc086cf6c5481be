"""A kept model answers for one user at a time: `open_cell(store, cell).recommend(user, k)`."""

from bench.serving.cell import Explanation, Recommendation, Served, open_cell

__all__ = ["Explanation", "Recommendation", "Served", "open_cell"]
