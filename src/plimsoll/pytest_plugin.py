"""A gate as a test: `@pytest.mark.plimsoll("docs_answer")`. Loaded by pytest where Plimsoll is installed.

It holds hooks and a mark, and imports nothing of Plimsoll until a marked test runs: then `plimsoll.testing.gating`.
"""

from collections.abc import Generator
from pathlib import Path
from typing import Protocol, cast

import pytest

_GATING = "plimsoll.testing.gating"
_MARK = (
    "plimsoll(feature, dataset='', repeats=1, baseline='', undecided='', project=''): run the feature's dataset and "
    "hold it against its line; fails where it falls short, and where it cannot tell unless undecided='warn'."
)
_CANNOT_TELL = "cannot tell"


class Report(Protocol):
    """What is read of a gate's report here."""

    @property
    def run_id(self) -> str:
        """Return the run that was judged."""
        ...

    @property
    def verdict(self) -> str:
        """Return what the gate says."""
        ...


class _Gating(Protocol):
    def gate_marked(self, mark: pytest.Mark, *, config: pytest.Config, place: Path) -> Report: ...

    def judge(self, report: Report) -> None: ...


@pytest.fixture
def plimsoll_report(request: pytest.FixtureRequest) -> Report:
    """Return what the gate says about the feature that the test's mark names: a `plimsoll.evals.GateReport`."""
    mark = request.node.get_closest_marker("plimsoll")
    if mark is None:
        raise pytest.UsageError('plimsoll_report needs a mark: @pytest.mark.plimsoll("FEATURE").')
    return _load_gating(request.config).gate_marked(mark, config=request.config, place=request.node.path.parent)


def pytest_configure(config: pytest.Config) -> None:
    """Declare the mark."""
    config.addinivalue_line("markers", _MARK)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Let a marked test have its report, whether it asks for it or not."""
    if isinstance(item, pytest.Function) and item.get_closest_marker("plimsoll") is not None:
        item.fixturenames[:] = dict.fromkeys([*item.fixturenames, "plimsoll_report"])


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Run the test's own body first, then judge."""
    result = yield
    if pyfuncitem.get_closest_marker("plimsoll") is not None:
        report = cast("Report", pyfuncitem.funcargs["plimsoll_report"])
        pyfuncitem.user_properties += [("plimsoll_run", report.run_id), ("plimsoll_verdict", str(report.verdict))]
        _load_gating(pyfuncitem.config).judge(report)
    return result


@pytest.hookimpl(tryfirst=True)
def pytest_report_teststatus(report: pytest.TestReport | pytest.CollectReport) -> tuple[str, str, str] | None:
    """Show an undecided gate as neither passed nor failed; where it blocks it counts as failed."""
    properties: list[tuple[str, object]] = getattr(report, "user_properties", [])
    if report.when != "call" or ("plimsoll_verdict", _CANNOT_TELL) not in properties or report.outcome == "passed":
        return None
    return ("failed" if report.outcome == "failed" else _CANNOT_TELL, "?", "CANNOT TELL")


def _load_gating(config: pytest.Config) -> _Gating:
    config.pluginmanager.import_plugin(_GATING)
    return cast("_Gating", config.pluginmanager.get_plugin(_GATING))
