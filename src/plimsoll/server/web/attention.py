"""What a person should look at first, from the project's status: the worst on top. Pure."""

from collections.abc import Iterator

import msgspec

from plimsoll.project import FeatureStatus, ProjectStatus
from plimsoll.records import Verdict


class Attention(msgspec.Struct, frozen=True, kw_only=True):
    """Something that needs a person."""

    what: str
    """What it is about."""
    why: str
    """What is the matter, in one sentence."""
    href: str
    """Where to look."""


def find_attention(status: ProjectStatus) -> tuple[Attention, ...]:
    """Return what needs a person: features below their line live, then by evaluation, then what they stand on."""
    live = [one for feature in status.features for one in _live(feature)]
    evaluated = [one for feature in status.features for one in _evaluated(feature)]
    return (*live, *evaluated, *_machine(status), *_documents(status))


def _live(feature: FeatureStatus) -> Iterator[Attention]:
    if feature.live is not None and feature.live.verdict is Verdict.FALLS_SHORT:
        below = [bar for bar in feature.live.bars if bar.verdict is Verdict.FALLS_SHORT]
        why = f"Live requests are below the line: {' '.join(bar.reason for bar in below)}"
        yield Attention(what=feature.name, why=why, href=f"/features/{feature.name}")


def _evaluated(feature: FeatureStatus) -> Iterator[Attention]:
    if feature.verdict is Verdict.FALLS_SHORT:
        why = f"Its last evaluation is below the line: {feature.reason}"
        yield Attention(what=feature.name, why=why, href=f"/evals/history/{feature.name}")


def _machine(status: ProjectStatus) -> Iterator[Attention]:
    if status.dropped_spans:
        why = f"{status.dropped_spans} steps were lost because the trace store was slow, down or full."
        yield Attention(what="Traces", why=why, href="/settings")
    if status.settings.problem:
        yield Attention(what="Settings", why=status.settings.problem, href="/settings")
    for what, error in (("Limits", status.gateway.limits.last_error), ("Ledger", status.gateway.ledger.last_error)):
        if error:
            yield Attention(what=what, why=error, href="/settings")
    missing = [use for use in status.models if use.missing_key]
    for use in missing:
        why = f"{use.provider}/{use.model} cannot be called: ${use.missing_key} is not set."
        yield Attention(what=f"Model {use.alias}", why=why, href="/settings")


def _documents(status: ProjectStatus) -> Iterator[Attention]:
    for one in status.schedules:
        if one.is_failing and one.last is not None:
            why = f"The scheduled {one.name} fails: {one.last.message or one.last.result}"
            yield Attention(what=one.corpus, why=why, href=f"/knowledge/{one.corpus}")
    for corpus in status.corpora:
        if corpus.failed:
            why = f"{corpus.failed} of its documents could not be read."
            yield Attention(what=corpus.name, why=why, href=f"/knowledge/{corpus.name}?state=unreadable")
