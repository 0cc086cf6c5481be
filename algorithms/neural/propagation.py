"""Vectors that flow along the edges between users and items."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numba import njit
from scipy.sparse import bmat, csr_matrix, diags
from torch import Tensor

from algorithms.neighbours.similarity import in_blocks
from bench.types import Interactions


class Graph:
    """The nodes are the users, then the items; each pair of the interactions is one edge, however often it occurs.

    Ã = D^(−1/2) A D^(−1/2) with A = [0 R; Rᵀ 0] and the diagonal matrix D of the numbers of edges: Ã_ui = 1/√(d_u d_i).
    He et al. (2020), "LightGCN: simplifying and powering graph convolution network for recommendation", equation 8.
    """

    def __init__(self, interactions: Interactions, device: torch.device) -> None:
        normal = _normalised(interactions.matrix())
        parts = (normal.indptr.astype(np.int64), normal.indices.astype(np.int64), normal.data.astype(np.float32))
        self.starts, self.neighbours, self.values = (torch.from_numpy(part).to(device) for part in parts)
        self.nodes = normal.shape[0]

    def mean_of_layers(self, vectors: Tensor, layers: int) -> Tensor:
        """(nodes, d) M E with M = (I + Ã + … + Ã^L) / (L + 1), for E (nodes, d) and L = `layers`."""
        mean: Tensor = _MeanOfLayers.apply(vectors, self, layers)  # type: ignore[no-untyped-call]
        return mean

    def sums(self, vectors: Tensor, layers: int) -> Tensor:
        """(nodes, d) (I + Ã + … + Ã^L) E, as E + Ã (E + Ã (E + …))."""
        vectors = vectors.detach().contiguous()
        total = vectors
        for _ in range(layers):
            total = self._plus_product(vectors, total)
        return total

    def _plus_product(self, first: Tensor, vectors: Tensor) -> Tensor:
        """(nodes, d) first + Ã vectors.

        On a processor the compiled loop takes half the time of torch's product in CSR, a third of that in COO.
        """
        if first.device.type == "cpu":
            out = torch.empty_like(first)
            arrays = (self.starts, self.neighbours, self.values, first, vectors, out)
            in_blocks(_add_product, self.nodes, torch.get_num_threads(), *(array.numpy() for array in arrays))
            return out
        matrix = torch.sparse_csr_tensor(self.starts, self.neighbours, self.values, (self.nodes, self.nodes))
        with torch.autocast(first.device.type, enabled=False):  # sums of many terms in float32
            return first + matrix @ vectors


class _MeanOfLayers(torch.autograd.Function):
    """M is symmetric: the gradient with respect to E of a loss whose gradient with respect to M E is g, is M g."""

    @staticmethod
    def forward(ctx: Any, vectors: Tensor, graph: Graph, layers: int) -> Tensor:
        ctx.graph, ctx.layers = graph, layers
        return graph.sums(vectors, layers) / (layers + 1)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None]:
        return ctx.graph.sums(gradient, ctx.layers) / (ctx.layers + 1), None, None


def _normalised(pairs: csr_matrix) -> csr_matrix:
    """Ã (nodes, nodes) of R (n_users, n_items), ones."""
    adjacency = bmat([[None, pairs], [pairs.T, None]], format="csr")
    degrees = np.diff(adjacency.indptr)
    scale = diags(1 / np.sqrt(np.maximum(degrees, 1)))  # nodes without edges have empty rows
    return csr_matrix(scale @ adjacency @ scale)


@njit(cache=True, nogil=True)
def _add_product(
    start: int, stop: int, starts: Any, neighbours: Any, values: Any, first: Any, vectors: Any, out: Any
) -> None:
    """Rows start … stop − 1 of first + Ã vectors."""
    for node in range(start, stop):
        row = out[node]
        row[:] = first[node]
        for edge in range(starts[node], starts[node + 1]):
            value, vector = values[edge], vectors[neighbours[edge]]
            for k in range(len(row)):
                row[k] += value * vector[k]
