"""What needs a person stands on the overview, the worst first, and nothing else does."""

from datetime import UTC, datetime

from msgspec.structs import replace

from plimsoll.gateway import CacheCounts, LedgerHealth, LimiterHealth
from plimsoll.project import (
    CorpusStatus,
    FeatureStatus,
    GatewayHealth,
    LiveStanding,
    ModelInUse,
    ProjectStatus,
    SettingsState,
    Traffic,
)
from plimsoll.records import Verdict
from plimsoll.server.web.attention import find_attention

NOW = datetime(2026, 11, 21, tzinfo=UTC)
GATEWAY = GatewayHealth(
    shared="no",
    limits=LimiterHealth(),
    ledger=LedgerHealth(pending=0, open_reservations=0, expired_reservations=0, dropped=0, last_error=""),
    cache=CacheCounts(),
)
CALM = ProjectStatus(
    name="shop",
    models=(),
    features=(),
    corpora=(),
    schedules=(),
    gateway=GATEWAY,
    settings=SettingsState(loaded_at=NOW),
    dropped_spans=0,
)


def feature(name: str, verdict: Verdict | None, live: Verdict) -> FeatureStatus:
    standing = LiveStanding(verdict=live, reason="", bars=())
    return FeatureStatus(
        name=name,
        kind="single",
        model="fast",
        bars=(),
        verdict=verdict,
        reason="why",
        evaluated_at=None,
        traffic=Traffic(),
        live=standing,
    )


def test_a_project_that_is_well_needs_nobody():
    assert find_attention(replace(CALM, features=(feature("a", Verdict.HOLDS, Verdict.CANNOT_TELL),))) == ()


def test_what_users_meet_now_comes_before_what_an_evaluation_said():
    features = (feature("a", Verdict.FALLS_SHORT, Verdict.HOLDS), feature("b", None, Verdict.FALLS_SHORT))
    found = find_attention(replace(CALM, features=features))
    assert [(one.what, one.href) for one in found] == [("b", "/features/b"), ("a", "/evals/history/a")]


def test_lost_traces_bad_settings_missing_keys_and_unreadable_documents_are_told():
    corpus = CorpusStatus(name="docs", documents=3, chunks=9, failed=2, updated_at=NOW)
    model = ModelInUse(alias="fast", provider="openai", model="m", because="", missing_key="OPENAI_API_KEY")
    settings = SettingsState(loaded_at=NOW, problem="port is no number")
    ill = replace(CALM, dropped_spans=7, settings=settings, models=(model,), corpora=(corpus,))
    found = find_attention(ill)
    assert [one.what for one in found] == ["Traces", "Settings", "Model fast", "docs"]
    assert "7 steps" in found[0].why


def test_a_ledger_that_fails_is_told():
    ledger = replace(GATEWAY.ledger, last_error="disk full")
    found = find_attention(replace(CALM, gateway=replace(GATEWAY, ledger=ledger)))
    assert [(one.what, one.why) for one in found] == [("Ledger", "disk full")]
