"""A filter of traces as conditions, and the orders of a list with how its pages follow each other."""

from dataclasses import dataclass

from sqlalchemy import Column, ColumnElement, Connection, and_, exists, or_, select, tuple_

from plimsoll.traces.fold import JUDGE, OPERATION, UNASKED
from plimsoll.traces.moments import nanoseconds_of
from plimsoll.traces.records import ScoreBound, TraceFilter, TraceOrder, TrafficKind
from plimsoll.traces.short_names import shorten_name
from plimsoll.traces.tables.schema import SCORES, SUMMARIES
from plimsoll.traces.tables.unindexed import unindexed

_EXACT = ("feature", "outcome", "error_class", "tenant", "variant", "model", "session", "subject", "service", "kind")
_FEW = 2_000
_RARE = {TrafficKind.EVALUATION, TrafficKind.JUDGING, TrafficKind.OPERATION}
_RULED = {"pass": True, "fail": False}
# Behind every hexadecimal digit: a prefix is a range, which uses an index on both databases, as LIKE does not.
_BEYOND = "g"


@dataclass(frozen=True)
class ListOrder:
    """One order of a list: by a column downwards, then by id downwards."""

    key: Column[float]

    @property
    def name(self) -> str:
        """Return the column."""
        return self.key.name

    @property
    def columns(self) -> tuple[ColumnElement[float], ColumnElement[str]]:
        """Return what to order by."""
        return self.key.desc().nulls_last(), SUMMARIES.c.trace_id.desc()

    def behind(self, last: float | None, trace_id: str) -> ColumnElement[bool]:
        """Return the condition that a trace stands behind the one with this key and id."""
        if last is None:
            return and_(self.key.is_(None), SUMMARIES.c.trace_id < trace_id)
        return or_(tuple_(self.key, SUMMARIES.c.trace_id) < tuple_(last, trace_id), self.key.is_(None))


class _ByBeginning(ListOrder):
    """The order of beginnings, which every trace has: said so plainly that an index answers it."""

    @property
    def columns(self) -> tuple[ColumnElement[float], ColumnElement[str]]:
        return self.key.desc(), SUMMARIES.c.trace_id.desc()

    def behind(self, last: float | None, trace_id: str) -> ColumnElement[bool]:
        return tuple_(self.key, SUMMARIES.c.trace_id) < tuple_(last, trace_id)


def order_of(sort: TraceOrder) -> ListOrder:
    """Return how a list is ordered."""
    if sort is TraceOrder.DEAREST:
        return ListOrder(SUMMARIES.c.cost_usd)
    return _ByBeginning(SUMMARIES.c.start_ns if sort is TraceOrder.NEWEST else SUMMARIES.c.duration_ns)


def narrow(connection: Connection, where: TraceFilter, *, by_scan: bool = False) -> list[ColumnElement[bool]]:
    """Return the conditions that the filter asks of a row of traces; words are looked for in what its spans say.

    `by_scan` writes them so that no index but that of all facts answers them: where many rows have to be compared, one
    scan of it is faster than a lookup a row.
    """
    # Wrapped, a column has no part in the choice of an index: the rarer fact's own is taken, not the tenant's.
    wrapped = [name for name in _EXACT if name != "tenant"] if by_scan else ["tenant"] if _has_index(where) else []
    columns = {name: unindexed(SUMMARIES.c[name]) if name in wrapped else SUMMARIES.c[name] for name in _EXACT}
    asked = {name: str(value) for name in _EXACT if (value := getattr(where, name)) is not None}
    clauses = [columns[name] == (text if name == "tenant" else shorten_name(text)) for name, text in asked.items()]
    clauses += _bounds(where)
    if where.seen_by is not None:
        clauses.append(is_open_to(where.seen_by))
    if where.traffic is not None:
        clauses += of_traffic(where.traffic, kind=columns["kind"])
    if where.version is not None:
        clauses.append(_of_version(connection, shorten_name(where.version)))
    if where.tag is not None:
        clauses += [
            SUMMARIES.c.tags.is_not(None),
            SUMMARIES.c.tags.contains(f"|{shorten_name(where.tag)}|", autoescape=True),
        ]
    if where.score is not None:
        clauses.append(_scored(connection, where.score))
    return clauses


def of_traffic(traffic: TrafficKind, *, kind: ColumnElement[str] = SUMMARIES.c.kind) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that a trace is of this traffic."""
    if traffic is TrafficKind.ALL:
        return ()
    dataset = SUMMARIES.c.dataset
    if traffic is TrafficKind.JUDGING:
        return (kind == JUDGE,)
    if traffic is TrafficKind.OPERATION:
        return kind == OPERATION, dataset.is_(None)
    if traffic is TrafficKind.EVALUATION:
        return dataset.is_not(None), SUMMARIES.c.kind.is_distinct_from(JUDGE)
    # A trace without a kind passes too, and SQLite chooses no index by such a comparison.
    return dataset.is_(None), *(SUMMARIES.c.kind.is_distinct_from(one) for one in sorted(UNASKED))


def is_open_to(reader: str) -> ColumnElement[bool]:
    """Return the condition that the reader may see a trace: it is open to all of its tenant, or theirs."""
    return or_(~SUMMARIES.c.is_closed, unindexed(SUMMARIES.c.subject) == shorten_name(reader))


def _of_version(connection: Connection, beginning: str) -> ColumnElement[bool]:
    """Return the condition: the version itself where only one begins so, since an index knows that in order of time."""
    is_so = SUMMARIES.c.version.between(beginning, beginning + _BEYOND)
    named = connection.execute(select(SUMMARIES.c.version).where(is_so).distinct().limit(2)).scalars().all()
    return SUMMARIES.c.version == named[0] if len(named) == 1 else is_so


def _has_index(where: TraceFilter) -> bool:
    """Tell whether the filter asks for a fact that has an index of its own."""
    named = (*(name for name in _EXACT if name != "tenant"), "version", "tag", "score")
    has_own = where.traffic in _RARE
    return has_own or any(getattr(where, name) is not None for name in named)


def _bounds(where: TraceFilter) -> list[ColumnElement[bool]]:
    tokens = SUMMARIES.c.input_tokens + SUMMARIES.c.output_tokens
    least = (
        (SUMMARIES.c.start_ns, where.since and nanoseconds_of(where.since)),
        (SUMMARIES.c.duration_ns, where.min_ms and round(where.min_ms * 1e6)),
        (SUMMARIES.c.cost_usd, where.min_cost),
        (tokens, where.min_tokens),
    )
    most = (
        (SUMMARIES.c.start_ns, where.until and nanoseconds_of(where.until)),
        (SUMMARIES.c.duration_ns, None if where.max_ms is None else round(where.max_ms * 1e6)),
        (SUMMARIES.c.cost_usd, where.max_cost),
        (tokens, where.max_tokens),
    )
    return [
        *(figure >= bound for figure, bound in least if bound is not None),
        *(figure <= bound for figure, bound in most if bound is not None),
    ]


def _scored(connection: Connection, bound: ScoreBound) -> ColumnElement[bool]:
    """Return the condition: by the traces' ids where few have such a score, else by a look at each trace's scores."""
    asked = and_(SCORES.c.name == shorten_name(bound.name), SCORES.c.trace_id.is_not(None), _is_within(bound))
    few = connection.execute(select(SCORES.c.trace_id).where(asked).distinct().limit(_FEW + 1)).scalars().all()
    if len(few) <= _FEW:
        return SUMMARIES.c.trace_id.in_(few)
    return exists().where(SCORES.c.trace_id == SUMMARIES.c.trace_id, asked)


def _is_within(bound: ScoreBound) -> ColumnElement[bool]:
    if bound.value is not None:
        return SCORES.c.value.op(bound.sign, is_comparison=True)(bound.value)
    if bound.word in _RULED:
        return SCORES.c.passed.is_(_RULED[bound.word])
    return SCORES.c.value.is_(None) if bound.word == "unknown" else SCORES.c.label == bound.word
