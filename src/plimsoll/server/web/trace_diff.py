"""`/traces/diff`: two traces side by side, their steps aligned, their words compared."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from plimsoll.pages import DiffPart, diff_words, main_text
from plimsoll.server.api.trace_diff import TraceDiff, read_diff
from plimsoll.server.api.traces import find_summary_of
from plimsoll.server.auth import require
from plimsoll.server.state import state_of
from plimsoll.server.tracing.alignment import AlignedStep
from plimsoll.server.tracing.step_view import Turn
from plimsoll.server.web.render import render_page
from plimsoll.traces import TraceFilter, TraceSummary

_MOST_CANDIDATES = 20


async def show_diff(request: Request) -> Response:
    """`GET /traces/diff`: the traces `a` and `b` side by side; without `b` one is chosen."""
    caller = require(request, "read")
    query = request.query_params
    if query.get("a", "").strip() and not query.get("b", "").strip():
        first = await find_summary_of(request, query["a"].strip(), caller=caller)
        wanted = TraceFilter(feature=first.feature, limit=_MOST_CANDIDATES)
        newest = await state_of(request).project.traces.seen_by(caller).list(wanted)
        others = [one for one in newest if one.trace_id != first.trace_id]
        return render_page(request, "trace_diff_choose.html", {"a": first, "others": others, "asked": _asked})
    diff = await read_diff(request, caller)
    content = {
        "diff": diff,
        "sides": (("A", diff.a), ("B", diff.b)),
        "asked": _asked,
        "facts": _facts(diff),
        "answers": _words(diff.a.output_text, diff.b.output_text),
        "questions": _words(diff.a.input_text, diff.b.input_text),
        "words": step_words,
        "changed": sum(1 for step in diff.steps if step.differs_in),
        "twin": f"/api/traces/diff?a={diff.a.trace_id}&b={diff.b.trace_id}",
    }
    return render_page(request, "trace_diff.html", content)


def step_words(step: AlignedStep) -> list[tuple[str, tuple[DiffPart, ...]]]:
    """Return what went into two steps and came out of them, word by word, where that differs."""
    if step.first is None or step.second is None:
        return []
    pairs = {"input": (step.first.asked, step.second.asked), "output": (step.first.answered, step.second.answered)}
    return [(name, diff_words(_say(one), _say(two))) for name, (one, two) in pairs.items() if name in step.differs_in]


def _say(turns: Sequence[Turn]) -> str:
    if len(turns) == 1:
        return turns[0].text
    return "\n\n".join(f"{turn.role}: {turn.text}" for turn in turns)


def _asked(summary: TraceSummary) -> str:
    return main_text(summary.input_text or "") or summary.name


def _words(before: str | None, after: str | None) -> tuple[DiffPart, ...]:
    return diff_words(main_text(before or ""), main_text(after or ""))


def _facts(diff: TraceDiff) -> list[tuple[str, str, str]]:
    """Return the words that a reader compares first, by what they are, where either trace has one."""
    names = {"Feature": "feature", "Outcome": "outcome", "Who must act": "error_class", "Error": "error"}
    rows = [(title, _word(diff.a, name), _word(diff.b, name)) for title, name in names.items()]
    return [row for row in rows if row[1] or row[2]]


def _word(summary: TraceSummary, name: str) -> str:
    return str(getattr(summary, name) or "")
