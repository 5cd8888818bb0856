"""Try a candidate beside the feature as it is: drafted, its cost said, run, and kept as a prompt of the project.

`Project.playground` is one of these; the console calls it. A candidate is data: its prompt is a file, its model a name,
and neither needs a change of the feature's code. Its requests are evaluation traffic.
"""

import dataclasses
from collections.abc import Mapping
from pathlib import Path

import msgspec
from msgspec.structs import replace

from plimsoll.datasets import Dataset, version_of
from plimsoll.errors import Forbidden, InvalidFeature, InvalidRequest, NotFound
from plimsoll.evals import EvalRun, Experiment, RunProgress, RunSettings, run_dataset
from plimsoll.features import AnyFeature, ModelSettings, find_feature, question_field, split_sheet, write_sheet
from plimsoll.project.datasets.datasets import Datasets
from plimsoll.project.evals.asked import CostEstimate
from plimsoll.project.evals.cost import estimate_cost, require_within
from plimsoll.project.files import put_file
from plimsoll.project.parts import Parts
from plimsoll.project.traces.replay import read_input
from plimsoll.project.trials import (
    MOST_CASES,
    CasePair,
    Drafts,
    Placing,
    SideResult,
    Trial,
    TrialAsked,
    digest_of,
    propose_placing,
    recall_words,
    write_placing,
)
from plimsoll.records import LOCAL_TENANT, Case, Principal, new_id
from plimsoll.traces import Trace

DRAFTS = "playground"
_LONGEST_PROMPT = 200_000


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What the form begins with."""

    feature: str
    """The feature."""
    prompt: str
    """Its prompt's text, without the head."""
    settings: ModelSettings
    """The parameters that the head sets."""
    model: str
    """The model's name, as the feature gives it."""
    dataset: str
    """The feature's dataset; empty for none."""
    text: str = ""
    """The input of a trace; empty for none."""


class Playground:
    """Where candidates are tried."""

    def __init__(self, parts: Parts, *, features: Mapping[str, AnyFeature], folder: Path, drafts: Path) -> None:
        """Take the project; drafts of prompts lie in `drafts`, relative to its folder."""
        self._parts = parts
        self._features = features
        self._folder = folder
        self._drafts = Drafts(folder, drafts / DRAFTS)

    def describe(self, feature: str) -> Draft:
        """Return what the feature is now. Raises NotFound and InvalidFeature."""
        found = find_feature(self._features, feature)
        sheet = split_sheet(found.prompt, self._read_prompt(found))
        return Draft(
            feature=found.name,
            prompt=sheet.body,
            settings=sheet.settings,
            model=found.model,
            dataset=found.dataset or "",
        )

    async def describe_trace(self, trace_id: str, *, caller: Principal) -> Draft:
        """Return the feature that a trace asked, with the trace's input. Raises NotFound and NotRecorded."""
        trace = await self._find_trace(trace_id, caller)
        text = msgspec.json.format(msgspec.json.encode(read_input(trace))).decode()
        return replace(self.describe(trace.summary.feature or ""), text=text)

    async def find(self, trial_id: str, *, caller: Principal) -> Trial:
        """Return a trial of the caller's own; what an ended one said is read from its traces. Raises NotFound."""
        return await recall_words(await self._parts.trials.find(trial_id, caller), self._parts.traces)

    async def list(self, *, caller: Principal) -> list[Trial]:
        """Return the caller's trials, the newest first; what those that ended said is left out."""
        return await self._parts.trials.of(caller)

    async def prepare(self, asked: TrialAsked, *, caller: Principal) -> Trial:
        """Check what is to be tried and say what it will cost; nobody is asked yet.

        Raises InvalidRequest, InvalidFeature for a prompt that does not load, and NotFound.
        """
        feature = find_feature(self._features, asked.feature)
        file = self._draft(feature, asked)
        asked = replace(asked, prompt=asked.prompt or self.describe(feature.name).prompt)
        varied = dataclasses.replace(feature, prompt=file, model=asked.model or feature.model)
        dataset = await self._cases(feature, asked)
        ours, theirs = (self._parts.runner.check(one) for one in (feature, varied))
        estimates = [
            await estimate_cost(self._parts, one, dataset, repeats=1, resumed=None) for one in (feature, varied)
        ]
        return self._parts.trials.note(
            Trial(
                id=new_id(self._parts.clock),
                owner=caller,
                asked=asked,
                prompt_file=file,
                present_model=ours.model,
                candidate_model=theirs.model,
                estimate=_add_up(estimates),
            )
        )

    async def begin(self, trial_id: str, *, caller: Principal, max_cost_usd: float | None) -> Trial:
        """Run a trial that is ready, in the background, within the cap. Raises BudgetExhausted and PriceUnknown."""
        trial = await self.find(trial_id, caller=caller)
        if trial.state != "ready":
            return trial
        if max_cost_usd is not None and not max_cost_usd > 0:
            raise InvalidRequest(f"max_cost_usd={max_cost_usd!r} is not an amount above 0.")
        require_within(trial.estimate, max_cost_usd)
        # The draft may have gone while the trial waited.
        self._draft(find_feature(self._features, trial.asked.feature), trial.asked)
        return self._parts.trials.begin(replace(trial, max_cost_usd=max_cost_usd), self._run)

    async def stop(self, trial_id: str, *, caller: Principal) -> Trial:
        """Stop a trial that is under way. Raises NotFound."""
        await self._parts.trials.find(trial_id, caller)
        await self._parts.trials.stop(trial_id)
        return await self.find(trial_id, caller=caller)

    async def wait(self, trial_id: str, *, caller: Principal) -> Trial:
        """Return a trial when it is no longer under way. Raises NotFound."""
        await self._parts.trials.find(trial_id, caller)
        await self._parts.trials.wait(trial_id)
        return await self.find(trial_id, caller=caller)

    async def save(self, trial_id: str, *, caller: Principal) -> Trial:
        """Keep the candidate's prompt beside the feature's own, under its hash; nothing uses it. Raises NotFound."""
        trial = await self.find(trial_id, caller=caller)
        feature = find_feature(self._features, trial.asked.feature)
        old, content = Path(feature.prompt), self._write_sheet(feature, trial.asked)
        path = old.with_name(f"{old.stem}.candidate-{digest_of(content)}{old.suffix}")
        put_file(self._folder / path, content)
        return await self._parts.trials.keep(replace(trial, saved_as=path.as_posix()))

    def propose(self, trial: Trial) -> Placing | None:
        """Return what would put a saved candidate in the feature's place, in the file that defines it.

        None for one that was not saved, and where the definition is written so that a person has to change it.
        """
        return propose_placing(self._folder, trial.asked.feature, values=_values_of(trial)) if trial.saved_as else None

    async def place(self, trial_id: str, *, caller: Principal, seen: str) -> Trial:
        """Write a saved candidate into the file of its feature, as `propose` showed it; it is used from the next start.

        Raises NotFound, Forbidden for another tenant, and InvalidRequest where the file is no longer what was shown.
        """
        if caller.tenant != LOCAL_TENANT:
            raise Forbidden("The files of the project belong to its own tenant.", next_step="Use a key without one.")
        trial = await self.find(trial_id, caller=caller)
        if not trial.saved_as:
            raise InvalidRequest("This candidate was not saved.", next_step="Save it as a candidate first.")
        path = write_placing(self._folder, trial.asked.feature, values=_values_of(trial), seen=seen)
        return await self._parts.trials.keep(replace(trial, placed_in=path))

    def _draft(self, feature: AnyFeature, asked: TrialAsked) -> str:
        """Write the candidate's prompt under its hash, and return its path."""
        return self._drafts.write(Path(feature.prompt).stem, self._write_sheet(feature, asked))

    def _write_sheet(self, feature: AnyFeature, asked: TrialAsked) -> bytes:
        """Return the candidate's prompt as a file holds it, its parameters in the head."""
        now = self.describe(feature.name)
        settings = ModelSettings(temperature=asked.temperature, max_output_tokens=asked.max_output_tokens)
        body = asked.prompt or now.prompt
        if len(body) > _LONGEST_PROMPT:
            raise InvalidRequest(f"The prompt has more than {_LONGEST_PROMPT} characters.")
        return write_sheet(settings, body).encode()

    async def _cases(self, feature: AnyFeature, asked: TrialAsked) -> Dataset:
        if bool(asked.text.strip()) == bool(asked.dataset):
            raise InvalidRequest("Give either one input or a dataset.", next_step="Fill in one of the two.")
        if asked.text.strip():
            case = Case(id="input", input=_read_payload(feature, asked.text))
            feature.parse_input(case.input)
            return Dataset(name=DRAFTS, cases=(case,), version=version_of([case]))
        if not 1 <= asked.cases <= MOST_CASES:
            raise InvalidRequest(f"cases={asked.cases!r} is not between 1 and {MOST_CASES}.")
        datasets = Datasets(self._parts, features=self._features, folder=self._folder)
        loaded = await datasets.load(asked.dataset)
        cases = list(loaded.cases[: asked.cases])
        return Dataset(name=loaded.name, cases=tuple(cases), version=version_of(cases))

    async def _run(self, trial: Trial) -> str:
        """Ask both sides, the feature as it is first; return why it stopped. Results are kept as far as they came."""
        feature = find_feature(self._features, trial.asked.feature)
        varied = dataclasses.replace(feature, prompt=trial.prompt_file, model=trial.asked.model or feature.model)
        dataset = await self._cases(feature, trial.asked)
        present = await self._ask(trial, feature, dataset, variant="")
        pairs = await self._pair(dataset, present, None)
        trial = self._parts.trials.note(replace(self._parts.trials.under_way(trial.id), pairs=pairs))
        digest = Path(trial.prompt_file).stem.rpartition(".")[2]
        variant = ", ".join(filter(None, (f"candidate={digest}", trial.asked.model and f"model={trial.asked.model}")))
        candidate = await self._ask(trial, varied, dataset, variant=variant)
        pairs = await self._pair(dataset, present, candidate)
        self._parts.trials.note(replace(self._parts.trials.under_way(trial.id), pairs=pairs))
        return present.stop_reason or candidate.stop_reason

    async def _ask(self, trial: Trial, feature: AnyFeature, dataset: Dataset, *, variant: str) -> EvalRun:
        before, spent = trial.done, trial.cost_usd
        left = None if trial.max_cost_usd is None else max(trial.max_cost_usd - spent, 1e-9)

        def tell(progress: RunProgress) -> None:
            now = self._parts.trials.under_way(trial.id)
            self._parts.trials.note(replace(now, done=before + progress.done, cost_usd=spent + progress.cost_usd))

        configuration = self._parts.runner.check(feature)
        return await run_dataset(
            feature,
            dataset,
            runtime=self._parts.runner,
            clock=self._parts.clock,
            progress=tell,
            settings=RunSettings(
                caller=trial.owner,
                max_cost_usd=left,
                usd_per_request=trial.estimate.usd_per_request or 0.0,
                config_hash=configuration.config_hash,
                model=configuration.model,
                experiment=Experiment(variant=variant),
            ),
        )

    async def _pair(self, dataset: Dataset, present: EvalRun, candidate: EvalRun | None) -> tuple[CasePair, ...]:
        await self._parts.capture.flush()
        ours, theirs = await self._sides(present), await self._sides(candidate) if candidate else {}
        return tuple(
            CasePair(
                case_id=case.id,
                input=msgspec.json.encode(case.input).decode(),
                present=ours[case.id],
                candidate=theirs.get(case.id),
            )
            for case in dataset.cases
            if case.id in ours
        )

    async def _sides(self, run: EvalRun) -> dict[str, SideResult]:
        sides: dict[str, SideResult] = {}
        for one in run.results:
            summary = await self._parts.traces.summary(one.trace_id) if one.trace_id else None
            sides[one.case_id] = SideResult(
                outcome=one.outcome,
                output=(summary.output_text if summary else None) or "",
                message=one.message,
                scores={name: score.passed for name, score in one.scores.items()},
                cost_usd=one.cost_usd,
                latency_ms=one.latency_ms,
                trace_id=one.trace_id,
            )
        return sides

    async def _find_trace(self, trace_id: str, caller: Principal) -> Trace:
        await self._parts.capture.flush()
        trace = await self._parts.traces.get(trace_id, tenant=caller.tenant)
        if not trace.summary.is_for(caller):
            raise NotFound(f"There is no trace {trace_id!r}.", next_step="`plimsoll traces` lists them.")
        return trace

    def _read_prompt(self, feature: AnyFeature) -> str:
        try:
            return (self._folder / feature.prompt).read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError):
            raise InvalidFeature(
                f"The prompt {feature.prompt!r} cannot be read.", next_step="Write it as UTF-8."
            ) from None


def _values_of(trial: Trial) -> dict[str, str]:
    """Return what the definition says where the candidate is in the feature's place."""
    model = {"model": trial.asked.model} if trial.asked.model else {}
    return {"prompt": trial.saved_as, **model}


def _read_payload(feature: AnyFeature, text: str) -> dict[str, object]:
    """Return one input: a JSON object as it is, any other text as the question."""
    if text.lstrip().startswith("{"):
        try:
            return msgspec.json.decode(text, type=dict[str, object])
        except (msgspec.DecodeError, RecursionError) as error:
            raise InvalidRequest(f"The input is no JSON object: {error}.") from error
    return {question_field(feature): text.strip()}


def _add_up(estimates: list[CostEstimate]) -> CostEstimate:
    """Return what both sides cost together."""
    known = [one.usd for one in estimates if one.usd is not None]
    requests = sum(one.requests for one in estimates)
    return CostEstimate(
        requests=requests,
        usd_per_request=sum(known) / requests if len(known) == len(estimates) else None,
        spent_usd=0.0,
        basis="; ".join(dict.fromkeys(one.basis for one in estimates)),
    )
