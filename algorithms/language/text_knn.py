"""Text k-NN: recommends what an encoder of texts finds close to the history, met or not."""

from __future__ import annotations

from algorithms.language.profile import ProfileParams, TextProfileModel


class TextKNN(TextProfileModel[ProfileParams]):
    """s(u, j) = cos(p_u, v_j) as in `TextProfileModel`, v_i what a BERT-type encoder makes of the text of item i.

    Reimers and Gurevych (2019), "Sentence-BERT: sentence embeddings using Siamese BERT-networks", section 3: the mean
    of the last states, or whatever pooling the encoder was trained with.
    """

    name = "text-knn"
    paper = "reimers2019"
