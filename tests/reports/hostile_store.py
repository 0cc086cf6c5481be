"""A store that says hostile texts wherever a data set, a plug-in, an exception, a log or git can say something."""

from __future__ import annotations

from pathlib import Path

import synthetic_store as synthetic

from bench.store import Store
from reports.escape import clean

OWN = "document.title='owned'"
HOSTILE = (
    f"<script>{OWN}</script>",
    f"</script></style><img src=x onerror={OWN}>",
    f'" onload="{OWN}" x="',
    f"' autofocus onfocus='{OWN}",
    f"--><svg onload={OWN}>]]>",
    f"javascript:{OWN}",
    f"[click](javascript:{OWN}) <https://127.0.0.1:9/>",
    "![](http://127.0.0.1:9/a.png) `code` **b** a|b ~~s~~",
    "{{7*7}} {% include '/etc/passwd' %} ${7*7}",
    "[/] [red]bold[/red]",
    "*star* \\\\[1cm] & 5 % of #1 ~ $x_1^2$",
    "\\input{/etc/passwd}\\end{tabular}\\write18{id}",
    "=cmd|' /C calc'!A0",
    "+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
    "\n=2+2",
    "\r=3+3",
    "\x00=4+4",
    "\x1b[31mred\x1b[0m \x1b]0;owned\x07 \x1b[2J \x9b31m",
    "user \u202egnp.exe\u202c \u2066x\u2069 \u061cx",
    "nul\x00byte",
    "&lt;b&gt; &amp; &#106;",
)
TAME = tuple(f"h{number:02d}" for number in range(len(HOSTILE)))
ANSWERED = (0, 2, 9, 10, 12, 20)  # places of those with numbers; the others failed
RANKS = [[0], [1], [2], [3], [9], [5], [20], [30]]


def filled(folder: Path, texts: tuple[str, ...]) -> Store:
    """A store that says these texts wherever a data set, a plug-in, an exception, a log or git can say something."""
    store = synthetic.empty(folder)
    split = synthetic.told(synthetic.context(8, titles=[texts[n % len(texts)] for n in range(300)]))
    notes = {"shareable": True, "licence": texts[0], "address": texts[5], "note": texts[20]}
    finding = {"check": texts[1], "verdict": "notice", "count": 1, "of": 8, "meaning": texts[2]}
    known = {"facts": split.facts | {"licence": texts[3], "notes": notes}, "audit": (finding,)}
    store.put_context("5" * 64, synthetic.replace(split, **known, user_ids=texts[:8]))
    made = synthetic.PROVENANCE | {"branch": texts[0], "commit": texts[20], "versions": {texts[4]: texts[2]}}
    dataset, own = {"name": texts[1], "note": texts[12]}, {"provenance": made}
    for place, text in enumerate(texts):
        about = {"summary": text, "paper": text, "distribution": text}
        slot = {"dataset": dataset, "params": {"p": text, "q": place}}
        if place in ANSWERED:
            answered = synthetic.record(text, family=texts[place % 3], about=about, warnings=[text], **slot, **own)
            synthetic.put(store, answered, synthetic.answers([[rank + place] for (rank,) in RANKS]))
        else:
            failed = synthetic.record(text, status="failed", reason=f"ValueError: {text}", about=about, **slot, **own)
            log = store.folder_of(synthetic.put(store, failed)) / "log.txt"
            log.write_text(f"a line\n{clean(text)}", encoding="utf-8")
    return store
