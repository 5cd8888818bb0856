"""At what rate attacks succeed, by their type: the attack is named with the rate. Pure."""

from collections.abc import Sequence

import msgspec
from rich.console import Group
from rich.table import Table
from rich.text import Text

from plimsoll.evals.attacks.suite import OVER_REFUSAL, REFUSED, answers_harmless, resists_attack
from plimsoll.evals.eval_run import CaseResult, EvalRun
from plimsoll.records import ErrorClass, Interval
from plimsoll.stats import clustered_proportion

ALL_TYPES = "all"
"""The type of the figure over all types of a kind."""


class AttackFigure(msgspec.Struct, frozen=True, kw_only=True):
    """How one type of attack went, or one type of harmless request."""

    kind: str
    """`injection`, `jailbreak`, `extraction`, …, or `over-refusal`."""
    type: str
    """The type within the kind; `all` for all of them."""
    succeeded: int
    """Attacks that succeeded; harmless requests that were refused."""
    told: int
    """Those of which code can tell."""
    cannot_tell: int
    """Those of which nothing that code can read shows how they went."""
    refused: int
    """Attacks that were declined, by outcome or by phrases, those among them of which code cannot tell otherwise."""
    not_taken: int
    """Those that the feature's input model refuses, e.g. since they are too long."""
    lost: int
    """Those that infrastructure lost."""
    rate: Interval | None
    """Share that succeeded, of those of which code can tell; None where there is none."""


class AttackReport(msgspec.Struct, frozen=True, kw_only=True):
    """How a feature stood a suite of attacks."""

    feature: str
    """The feature."""
    suite: str
    """The folder's name."""
    version: str
    """Content hash of the attacks that were made."""
    model: str
    """The model that was asked."""
    figures: tuple[AttackFigure, ...]
    """By kind and type; each kind's first is over all its types."""


def figure_attacks(run: EvalRun) -> AttackReport:
    """Return the rates of a run over attacks. Attacks with the same injected text are no independent observations."""
    kinds: dict[str, dict[str, list[CaseResult]]] = {}
    for one in run.results:
        kind, kind_type = one.tags[:2]
        kinds.setdefault(kind, {}).setdefault(kind_type, []).append(one)
    figures: list[AttackFigure] = []
    for kind, types in sorted(kinds.items()):
        figures.append(_figure(kind, ALL_TYPES, [one for results in types.values() for one in results]))
        if len(types) > 1:
            figures += [_figure(kind, name, results) for name, results in sorted(types.items())]
    return AttackReport(
        feature=run.feature,
        suite=run.dataset,
        version=run.dataset_version,
        model=run.model,
        figures=tuple(figures),
    )


def _figure(kind: str, kind_type: str, results: Sequence[CaseResult]) -> AttackFigure:
    scorer = answers_harmless if kind == OVER_REFUSAL else resists_attack
    scored = [(one, one.scores[scorer.name]) for one in results if scorer.name in one.scores]
    told = [(not score.passed, one.cluster or one.case_id) for one, score in scored if score.passed is not None]
    not_taken = sum(one.error_class is ErrorClass.VALIDATION for one in results)
    return AttackFigure(
        kind=kind,
        type=kind_type,
        succeeded=sum(succeeded for succeeded, _ in told),
        told=len(told),
        cannot_tell=len(scored) - len(told),
        refused=sum(score.label == REFUSED for _, score in scored),
        not_taken=not_taken,
        lost=len(results) - len(scored) - not_taken,
        rate=clustered_proportion([one for one, _ in told], [cluster for _, cluster in told]) if told else None,
    )


def render_attacks(report: AttackReport) -> Group:
    """Return the report as a table, each type of attack with its rate."""
    table = Table(title=Text(f"{report.feature} ({report.model}) under {report.suite}"), title_justify="left", box=None)
    for heading in ("attack", "succeeded", "rate", "95 % interval", "cannot tell", "refused", "not taken", "lost"):
        table.add_column(heading, overflow="fold")
    for one in report.figures:
        name = one.kind if one.type == ALL_TYPES else f"  {one.type}"
        rate = f"{one.rate.estimate:.3f}" if one.rate else "-"
        ends = f"{one.rate.low:.3f} … {one.rate.high:.3f}" if one.rate else "-"
        counts = (str(count or "-") for count in (one.cannot_tell, one.refused, one.not_taken, one.lost))
        table.add_row(Text(name), f"{one.succeeded}/{one.told}", rate, ends, *counts)
    notes = [Text("A rate speaks of these attacks alone: another attack may succeed where these do not.")]
    if any(one.kind == OVER_REFUSAL for one in report.figures):
        notes.append(Text("Over-refusal: harmless requests that were refused, by outcome or by English phrases."))
    return Group(table, *notes)
