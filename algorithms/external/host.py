"""What runs in the environment of a script: `python host.py SCRIPT FOLDER`, or `python host.py` to list its packages.

Any Python from 3.8 on will do; it needs numpy and nothing of ours. The script has two functions:

    fit(training, options) -> model
        training.users, .items (n,), .ratings and .times (n,) or None, .n_users, .n_items,
        .scale, .ordered, .seed, .threads, .device
    score(model, questions) -> (b, n_items) numbers, higher is better, NaN where it cannot tell
        questions.users (b,), .offsets (b + 1,), .items (h,), .ratings and .times (h,) or None, .n_items;
        the history of question r is items[offsets[r]:offsets[r + 1]], oldest first

Requests and answers are lines of JSON on standard input and output, arrays are files in FOLDER. What the script prints
goes to standard error.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
import traceback
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import IO, Any

COLUMNS = ("users", "items", "ratings", "times")


class Questions(SimpleNamespace):
    """b questions."""

    def __len__(self) -> int:
        return len(self.users)


class Host:
    """A script and what it has learnt."""

    def __init__(self, script: Path, folder: Path) -> None:
        self.path, self.folder = script, folder
        self.script = ModuleType("script")
        self.model: Any = None
        self.n_items = 0

    def fit(self) -> None:
        """Import the script and let it learn from the files of the training data."""
        import numpy as np

        spec = importlib.util.spec_from_file_location("script", self.path)
        if spec is None or spec.loader is None:
            raise ImportError("its name does not end in .py")
        self.script = sys.modules["script"] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(self.script)
        data = self.folder / "data"
        about = json.loads((data / "about.json").read_text(encoding="utf-8"))
        options, self.n_items = about.pop("options"), about["n_items"]
        paths = {name: data / (name + ".npy") for name in COLUMNS}
        columns = {name: np.load(path) if path.exists() else None for name, path in paths.items()}
        self.model = self.script.fit(SimpleNamespace(**columns, **about), options)

    def score(self) -> None:
        """Answer the questions in questions.npz by scores.npy."""
        import numpy as np

        with np.load(self.folder / "questions.npz") as archive:
            asked = {**dict.fromkeys(COLUMNS), **archive}
        scores = self.script.score(self.model, Questions(**asked, n_items=self.n_items))
        np.save(self.folder / "scores.npy", np.asarray(scores, np.float32), allow_pickle=False)

    def answer(self, request: str) -> dict[str, str]:
        """Do what a line asks for, and say that it is done or what went wrong."""
        try:
            {"fit": self.fit, "score": self.score}[request]()
            return {"done": request}
        except ModuleNotFoundError as error:
            kind, text = "missing", str(error.name)
        except NotImplementedError as error:
            kind, text = "unsupported", str(error)
        except MemoryError as error:
            kind, text = "memory", str(error)
        except Exception as error:  # whatever a script raises
            kind, text = "failed", "{}: {}".format(type(error).__name__, " ".join(str(error).split()))
        traceback.print_exc()
        return {kind: text}


def packages() -> dict[str, str]:
    """The version of this Python and of every package that it finds."""
    from importlib.metadata import distributions

    return {**{str(found.metadata["Name"]): found.version for found in distributions()}, "": sys.version}


def main() -> None:
    """Answer until nobody asks any more."""
    sys.dont_write_bytecode = True
    here = Path(__file__).resolve().parent
    sys.path[:] = [entry for entry in sys.path if Path(entry).resolve() != here]
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    if len(sys.argv) == 1:
        _tell(answers, packages())
        return
    requests = os.fdopen(os.dup(0), encoding="utf-8")
    with open(os.devnull) as nothing:  # noqa: PTH123 - a device
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)
    host = Host(Path(sys.argv[1]).absolute(), Path(sys.argv[2]).absolute())
    os.chdir(host.folder)  # what a library leaves where it works goes with the folder
    for line in requests:
        _tell(answers, host.answer(json.loads(line)))


def _tell(answers: IO[str], answer: dict[str, str]) -> None:
    answers.write(json.dumps(answer) + "\n")
    answers.flush()


if __name__ == "__main__":
    main()
