"""The steps of a trace as a tree on one time axis, cut to what one page can hold: the top levels first. Pure.

What is cut is counted where it is missing, so that a page can lead there.
"""

from collections import deque
from collections.abc import Iterable, Sequence

import msgspec

from plimsoll.traces import StepLine

AXIS = 1000
"""Length of the time axis, in units of the drawing."""
MOST_SHOWN = 300
"""Steps of one page."""
MOST_SIBLINGS = 40
"""Steps shown within one, where the trace is too long for one page."""
MOST_AT_TOP = 100
"""Steps of a page's first level."""
_DEEPEST = 24
_THINNEST = 3.0


class Branch(msgspec.Struct, frozen=True, kw_only=True):
    """One step, and those within it that are shown."""

    span_id: str
    """Its id."""
    name: str
    """What was done."""
    kind: str
    """What kind of step it is; empty where nothing is said."""
    began_ms: float
    """When it began, after the beginning of the trace."""
    duration_ms: float
    """How long it took."""
    has_error: bool
    """Whether it says that something went wrong."""
    model: str | None
    """The model that was called."""
    input_tokens: int | None
    """Tokens read; None where none are counted."""
    output_tokens: int | None
    """Tokens written."""
    cost_usd: float | None
    """What it cost; None where nothing is said."""
    left: float
    """Where its bar begins on the axis."""
    width: float
    """How long its bar is, never invisible."""
    within: int
    """Steps within it, however deep."""
    errors_within: int
    """Those of them that say that something went wrong."""
    steps: tuple["Branch", ...]
    """Steps within it that are shown."""
    hidden: int
    """Steps directly within it that are not."""


class Crumb(msgspec.Struct, frozen=True, kw_only=True):
    """A step above those that are shown."""

    span_id: str
    """Its id."""
    name: str
    """What was done."""


class Outline(msgspec.Struct, frozen=True, kw_only=True):
    """The part of a trace's tree that one page shows."""

    count: int
    """Steps of the whole trace, 50,000 at most."""
    path: tuple[Crumb, ...]
    """The step whose inside is shown and those above it, from the top; empty where the whole trace is."""
    steps: tuple[Branch, ...]
    """The first level that is shown."""
    first: int
    """How many steps of that level stand before these."""
    siblings: int
    """Steps of that level."""


class _Tree:
    """Who stands within whom. A step whose parent is not there stands at the top, and so does one within itself."""

    def __init__(self, lines: Sequence[StepLine]) -> None:
        self.lines = {line.span_id: line for line in lines}
        self.children: dict[str | None, list[str]] = {}
        for line in lines:
            parent = line.parent_id if line.parent_id in self.lines and line.parent_id != line.span_id else None
            self.children.setdefault(parent, []).append(line.span_id)
        self.order = self._walk(self.children.get(None, []))
        self._open_circles(lines)
        self.parents = {child: parent for parent, within in self.children.items() for child in within}
        self.within = dict.fromkeys(self.lines, 0)
        self.errors = dict.fromkeys(self.lines, 0)
        for span_id in reversed(self.order):
            parent = self.parents[span_id]
            if parent is not None:
                self.within[parent] += 1 + self.within[span_id]
                self.errors[parent] += self.lines[span_id].has_error + self.errors[span_id]

    def path_to(self, span_id: str | None) -> list[str]:
        """Return the step and those above it, from the top."""
        path: list[str] = []
        while span_id is not None:
            path.append(span_id)
            span_id = self.parents[span_id]
        return path[::-1]

    def _walk(self, top: Iterable[str]) -> list[str]:
        order = list(top)
        for span_id in order:
            order += self.children.get(span_id, ())
        return order

    def _open_circles(self, lines: Sequence[StepLine]) -> None:
        """Put steps that contain each other in a circle at the top, so that none is lost."""
        reached = set(self.order)
        for line in lines:
            if line.span_id not in reached:
                for within in self.children.values():
                    if line.span_id in within:
                        within.remove(line.span_id)
                self.children.setdefault(None, []).append(line.span_id)
                more = self._walk([line.span_id])
                self.order += more
                reached.update(more)


def draw_outline(lines: Sequence[StepLine], *, within: str | None = None, first: int = 0) -> Outline:
    """Return the tree of steps, 300 at most, or of those within one of them; `lines` stand by their beginning.

    `first` leaves out so many of the first level. An unknown step in `within` stands for the whole trace.
    """
    tree = _Tree(lines)
    top = within if within in tree.lines else None
    siblings = tree.children.get(top, [])
    shown = _choose(tree, siblings[first : first + MOST_AT_TOP])
    path = tree.path_to(top)
    return Outline(
        count=len(lines),
        path=tuple(Crumb(span_id=one, name=tree.lines[one].name) for one in path),
        steps=_grow(tree, shown, _axis([tree.lines[top]] if top else lines, began=lines[0].start_ns if lines else 0)),
        first=first,
        siblings=len(siblings),
    )


def _choose(tree: _Tree, top: Sequence[str]) -> dict[str, int]:
    """Return what is shown with its depth, level by level, so that no deep branch takes the place of a high one."""
    shown = dict.fromkeys(top, 0)
    is_short = len(top) + sum(tree.within[span_id] for span_id in top) <= MOST_SHOWN
    most = MOST_SHOWN if is_short else MOST_SIBLINGS
    waiting = deque(top)
    while waiting and len(shown) < MOST_SHOWN:
        span_id = waiting.popleft()
        if shown[span_id] >= _DEEPEST:
            continue
        some = tree.children.get(span_id, [])[: min(most, MOST_SHOWN - len(shown))]
        shown.update(dict.fromkeys(some, shown[span_id] + 1))
        waiting += some
    return shown


class _Axis(msgspec.Struct, frozen=True):
    began: int
    first: int
    scale: float


def _axis(lines: Sequence[StepLine], *, began: int) -> _Axis:
    first = min((line.start_ns for line in lines), default=0)
    last = max((line.end_ns for line in lines), default=0)
    return _Axis(began=began, first=first, scale=AXIS / max(1, last - first))


def _grow(tree: _Tree, shown: dict[str, int], axis: _Axis) -> tuple[Branch, ...]:
    """Return the branches of the first level; made from the last one up, since each holds those within it."""
    made: dict[str, Branch] = {}
    for span_id in reversed(shown):
        inside = tree.children.get(span_id, [])
        steps = tuple(made[child] for child in inside if child in made)
        made[span_id] = _branch(tree, span_id, steps=steps, axis=axis)
    return tuple(made[span_id] for span_id, depth in shown.items() if depth == 0)


def _branch(tree: _Tree, span_id: str, *, steps: tuple[Branch, ...], axis: _Axis) -> Branch:
    line = tree.lines[span_id]
    wide = min(AXIS, max(_THINNEST, (line.end_ns - line.start_ns) * axis.scale))
    return Branch(
        span_id=span_id,
        name=line.name,
        kind=line.kind or "",
        began_ms=(line.start_ns - axis.began) / 1e6,
        duration_ms=(line.end_ns - line.start_ns) / 1e6,
        has_error=bool(line.has_error),
        model=line.model,
        input_tokens=line.input_tokens,
        output_tokens=line.output_tokens,
        cost_usd=line.cost_usd,
        left=round(min(max(0.0, (line.start_ns - axis.first) * axis.scale), AXIS - wide), 1),
        width=round(wide, 1),
        within=tree.within[span_id],
        errors_within=tree.errors[span_id],
        steps=steps,
        hidden=len(tree.children.get(span_id, [])) - len(steps),
    )
