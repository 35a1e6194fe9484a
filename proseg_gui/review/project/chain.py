"""The log's chain of hashes, followed from its first entry to the head that the file names."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field

from proseg_gui.review.project.records import FIRST, link, unpack, unsealed

HEAD = "head"


@dataclass
class Chain:
    """A log as it was found: its last entry, and what does not fit, in sentences."""

    seq: int = 0
    hash: bytes = FIRST
    cases: dict[str, int] = field(default_factory=dict)
    """How many gestures each case that was not removed has."""
    problems: list[str] = field(default_factory=list)


def follow(db: sqlite3.Connection) -> Chain:
    """Check every entry of the log against the one before it, the head, and the cases and payloads that must be there.

    The content of payloads is checked when it is read, and by ``project check``.
    """
    chain = Chain()
    rows = db.execute("SELECT seq, kind, case_id, number, at, person, payload, hash FROM log ORDER BY seq")
    for seq, kind, case_id, number, at, person, payload, own in rows:
        kinds = ((seq, int), (kind, str), (case_id, str), (number, int), (at, str), (person, str), (payload, bytes))
        fits = seq == chain.seq + 1 and all(isinstance(value, wanted) for value, wanted in kinds)
        if not fits or link(chain.hash, (seq, kind, case_id, number, at, person), payload) != own:
            chain.problems.append(f"its log is broken at entry {chain.seq + 1}")
            return chain
        if kind == "case":
            chain.cases[case_id] = 0
        elif kind == "removed":
            chain.cases.pop(case_id, None)
        elif kind == "gesture":
            chain.cases[case_id] = chain.cases.get(case_id, 0) + 1
            if chain.cases[case_id] != number:
                chain.problems.append(f"a gesture is missing before entry {seq} of its log")
        chain.seq, chain.hash = seq, own
    _check_head(db, chain)
    _check_cases(db, chain)
    return chain


def _check_head(db: sqlite3.Connection, chain: Chain) -> None:
    row = db.execute("SELECT data, sha256 FROM meta WHERE key = ?", (HEAD,)).fetchone()
    try:
        head = None if row is None else unpack(unsealed(HEAD, *row))
    except ValueError:
        head = "damaged"
    if head != (None if chain.seq == 0 and row is None else {"seq": chain.seq, "hash": chain.hash.hex()}):
        chain.problems.append("the end of its log is missing")


def _check_cases(db: sqlite3.Connection, chain: Chain) -> None:
    """Every case of the log must be there, and sound, with as many payloads as gestures."""
    whole = set()
    for case_id, data, sha256 in db.execute("SELECT id, data, sha256 FROM cases"):
        try:
            unsealed(case_id, data, sha256)
        except ValueError:
            chain.problems.append("what it says of a case is damaged")
        else:
            whole.add(case_id)
    if set(chain.cases) != whole and not chain.problems:
        chain.problems.append("a case is missing")
    counts = db.execute("SELECT log.case_id, count(*) FROM payload JOIN log USING (seq) GROUP BY log.case_id")
    if dict(counts.fetchall()) != {case_id: n for case_id, n in chain.cases.items() if n}:
        chain.problems.append("the content of a gesture is missing")
