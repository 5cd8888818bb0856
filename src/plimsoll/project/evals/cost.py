"""What an evaluation will probably cost, before it begins: from earlier runs, else from traces, else from prices.

Called by `eval_runs`. An unknown price makes the whole estimate unknown; it is never taken for 0.
"""

from collections.abc import Sequence
from statistics import median
from typing import cast

import msgspec

from plimsoll.datasets import Dataset
from plimsoll.errors import BudgetExhausted, NotFound, PriceUnknown
from plimsoll.evals import CaseResult, EvalRun, judges_of
from plimsoll.features import AnyFeature
from plimsoll.prices import price_call
from plimsoll.project.evals.asked import CostEstimate
from plimsoll.project.parts import Parts
from plimsoll.records import Usage
from plimsoll.traces import TraceFilter

_RUNS = 10
_TRACES = 100
_CHARACTERS_PER_TOKEN = 4
_PASSAGE_TOKENS = 250
_PASSAGES = 6
_ASSUMED_OUTPUT_TOKENS = 300


class _Found(msgspec.Struct, frozen=True, kw_only=True):
    usd: float | None
    basis: str


async def estimate_cost(
    parts: Parts, feature: AnyFeature, dataset: Dataset, *, repeats: int, resumed: EvalRun | None
) -> CostEstimate:
    """Return what the run is expected to cost from here to its end."""
    done = resumed.results if resumed else ()
    found = await _per_request(parts, feature, dataset, resumed=resumed)
    return CostEstimate(
        requests=max(0, len(dataset.cases) * repeats - len(done)),
        usd_per_request=found.usd,
        spent_usd=sum((one.cost_usd or 0.0) + (one.scoring_usd or 0.0) for one in done),
        basis=found.basis,
    )


def require_within(estimate: CostEstimate, max_cost_usd: float | None) -> None:
    """Refuse a run that is expected to cost more than its cap; raises BudgetExhausted, PriceUnknown."""
    if max_cost_usd is None:
        return
    if estimate.usd is None:
        raise PriceUnknown(
            f"A cap of {max_cost_usd:g} USD cannot be held: {estimate.basis}.",
            next_step="Declare the price in plimsoll.toml (input_usd_per_million, output_usd_per_million), or leave "
            "--max-cost out.",
        )
    if estimate.spent_usd + estimate.usd > max_cost_usd:
        raise BudgetExhausted(
            f"The run would probably cost more than {max_cost_usd:g} USD. {estimate.describe()}",
            next_step="Raise --max-cost, or run fewer cases or repeats.",
        )


async def _per_request(parts: Parts, feature: AnyFeature, dataset: Dataset, *, resumed: EvalRun | None) -> _Found:
    found = await _from_runs(parts, feature, resumed)
    if found is not None:
        return found
    asked = [feature, *(cast("AnyFeature", judge.feature) for judge in judges_of(feature))]
    each = [await _of_feature(parts, one, dataset) for one in asked]
    unknown = [one.basis for one in each if one.usd is None]
    if unknown:
        return _Found(usd=None, basis="; ".join(unknown))
    usd = sum(one.usd for one in each if one.usd is not None)
    return _Found(usd=usd, basis="; ".join(dict.fromkeys(one.basis for one in each)))


async def _from_runs(parts: Parts, feature: AnyFeature, resumed: EvalRun | None) -> _Found | None:
    """Return the median of the newest run of the same feature, model and judges that has known costs."""
    model = parts.runner.check(feature).model
    judges = {judge.name for judge in judges_of(feature)}
    listed = await parts.evaluations.list(feature.name, limit=_RUNS)
    alike = [one.id for one in listed if one.model == model and judges <= one.scorers.keys()]
    for run_id in [resumed.id, *alike] if resumed else alike:
        costs = _costs((await parts.evaluations.get(run_id)).results)
        if costs:
            return _Found(usd=median(costs), basis=f"the median request of run {run_id[:12]}")
    return None


def _costs(results: Sequence[CaseResult]) -> list[float]:
    return [
        one.cost_usd + one.scoring_usd for one in results if one.cost_usd is not None and one.scoring_usd is not None
    ]


async def _of_feature(parts: Parts, feature: AnyFeature, dataset: Dataset) -> _Found:
    model = parts.runner.check(feature).model
    await parts.capture.flush()
    traces = await parts.traces.list(TraceFilter(feature=feature.name, limit=_TRACES))
    # Zero is what a trace says that made no call: one that a cache answered, or that never came so far.
    costs = [one.cost_usd for one in traces if one.cost_usd]
    if costs:
        return _Found(usd=median(costs), basis=f"the median of {len(costs)} traces of {feature.name}")
    return _guess(parts, feature, dataset, model=model)


def _guess(parts: Parts, feature: AnyFeature, dataset: Dataset, *, model: str) -> _Found:
    """Return the price of as many tokens as prompt, passages and a case have at four characters each, and an answer."""
    configuration = parts.runner.check(feature)
    try:
        price = parts.gateway.resolve(feature.model).price
    except NotFound:
        price = None
    passages = (feature.retrieval.passages or _PASSAGES) * _PASSAGE_TOKENS if feature.retrieval else 0
    size = median(len(msgspec.json.encode(case.input)) for case in dataset.cases) + configuration.prompt_characters
    written = int(configuration.parameters.get("max_output_tokens") or _ASSUMED_OUTPUT_TOKENS)
    usage = Usage(input_tokens=int(size / _CHARACTERS_PER_TOKEN) + passages, output_tokens=written)
    usd = None if price is None else price_call(price, usage)
    if usd is None:
        return _Found(usd=None, basis=f"the price of {model!r} is not known")
    return _Found(usd=usd, basis=f"the price of {model} for about {usage.input_tokens} + {written} tokens")
