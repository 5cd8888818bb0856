"""Counting scores under the traces that they are about: at once, when the trace comes, and when the trace changes."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Connection, delete, insert, update

from plimsoll.traces.rollup.judgements import GivenScore, Judged, Judgements, add_judgement
from plimsoll.traces.tables.figures import add_score_figures, lock_figures
from plimsoll.traces.tables.schema import SCORES, SUMMARIES
from plimsoll.traces.tables.statements import select_rows
from plimsoll.traces.tables.thinning import read_chances

_GIVEN = ("trace_id", "score_id", *GivenScore._fields)


def insert_scores(connection: Connection, rows: Sequence[Mapping[str, object]]) -> None:
    """Insert scores but those that are there, and count those whose trace is there; the others when it comes."""
    if not rows:
        return
    # Before the traces are looked up: whoever stores one now either is seen here, or sees these scores.
    lock_figures(connection)
    known = {
        row[0] for row in select_rows(connection, SCORES, ("score_id",), keys=[str(row["score_id"]) for row in rows])
    }
    rows = [row for row in rows if row["score_id"] not in known]
    if not rows:
        return
    names = sorted({str(row["trace_id"]) for row in rows if row["trace_id"] is not None})
    judged: dict[object, Judged] = {}
    for trace_id, *columns in select_rows(connection, SUMMARIES, ("trace_id", *Judged._fields), keys=names):
        judged[trace_id] = Judged(*cast("list[Any]", columns))
    judgements: Judgements = {}
    # What is judged later is judged among the traces that stayed.
    chances = read_chances(connection, names)
    rows = [_drawn(row, chances) for row in rows]
    for row in rows:
        if row["trace_id"] in judged:
            score = GivenScore(*(cast("Any", row[name]) for name in GivenScore._fields))
            add_judgement(judgements, score, judged[row["trace_id"]])
    kept = [{**row, "is_counted": row["trace_id"] is None or row["trace_id"] in judged} for row in rows]
    connection.execute(insert(SCORES), kept)
    add_score_figures(connection, judgements)


def replace_score(connection: Connection, row: Mapping[str, object]) -> None:
    """Insert the score in place of the one with its id, which is counted no more."""
    lock_figures(connection)
    _take_back(connection, str(row["score_id"]))
    insert_scores(connection, [row])


def _take_back(connection: Connection, score_id: str) -> None:
    """Delete a score, and take it out of the figures where its trace is there and it was counted."""
    for row in select_rows(connection, SCORES, ("trace_id", *GivenScore._fields), keys=[score_id], only="is_counted"):
        trace_id, *columns = cast("tuple[Any, ...]", row)
        judgements: Judgements = {}
        for about in select_rows(connection, SUMMARIES, Judged._fields, keys=[trace_id]):
            add_judgement(judgements, GivenScore(*columns), Judged(*cast("tuple[Any, ...]", about)), sign=-1)
        add_score_figures(connection, judgements)
    connection.execute(delete(SCORES).where(SCORES.c.score_id == score_id))


def _drawn(row: Mapping[str, object], chances: Mapping[str, float]) -> Mapping[str, object]:
    chance = chances.get(str(row["trace_id"]))
    return row if chance is None else {**row, "inclusion": cast("float", row["inclusion"]) * chance}


def count_scores(connection: Connection, judged: Mapping[str, tuple[Judged | None, Judged]]) -> None:
    """Count the scores of these traces that wait for them, and count anew those of traces that have changed.

    `judged` has, for each trace, as what it was counted before, or None, and as what it is to be counted.
    """
    judgements: Judgements = {}
    counted: list[str] = []
    for row in select_rows(connection, SCORES, _GIVEN, keys=list(judged), by="trace_id", only="NOT is_counted"):
        trace_id, score_id, *columns = cast("tuple[Any, ...]", row)
        add_judgement(judgements, GivenScore(*columns), judged[trace_id][1])
        counted.append(score_id)
    moved = [name for name, (before, after) in judged.items() if before is not None and before != after]
    if moved:
        for row in select_rows(connection, SCORES, _GIVEN, keys=moved, by="trace_id", only="is_counted"):
            trace_id, _, *columns = cast("tuple[Any, ...]", row)
            before, after = judged[trace_id]
            if before is not None:
                add_judgement(judgements, GivenScore(*columns), before, sign=-1)
                add_judgement(judgements, GivenScore(*columns), after)
    if counted:
        connection.execute(update(SCORES).where(SCORES.c.score_id.in_(counted)).values(is_counted=True))
    if judgements:
        add_score_figures(connection, judgements)
