"""What a scorer does not apply to counts for nothing; what it could not tell is missing."""

import msgspec

from plimsoll.line import Observation, Sample, evidence_for, pass_rate, read_value
from plimsoll.records import Case, ErrorClass, Outcome, Score
from plimsoll.stats import wilson


class Silence(msgspec.Struct, frozen=True):
    name: str = "silence"
    judges_abstentions: bool = False

    async def score(self, case: Case, sample: Sample) -> Score | None:
        return Score(name=self.name, value=float(sample.output is None))


BAR = pass_rate(Silence(), at_least=0.5)
OF_ALL = pass_rate(Silence(judges_abstentions=True), at_least=0.5)
PASSED = {"silence": Score(name="silence", value=1.0, passed=True)}
NOT_FOR = Observation(outcome=Outcome.ANSWERED, inapplicable=frozenset({"silence"}))


def test_what_a_scorer_does_not_apply_to_is_neither_counted_nor_missing():
    evidence = evidence_for(BAR, [Observation(outcome=Outcome.ANSWERED, scores=PASSED)] * 50 + [NOT_FOR] * 50)
    assert evidence.interval == wilson(50, 50)
    assert (evidence.n, evidence.missing) == (50, 0)


def test_silence_of_a_scorer_is_missing_and_not_inapplicable():
    evidence = evidence_for(BAR, [Observation(outcome=Outcome.ANSWERED)] * 10)
    assert (evidence.n, evidence.missing) == (0, 10)


def test_a_scorer_of_abstentions_is_read_on_abstentions():
    observations = [Observation(outcome=Outcome.ABSTAINED, scores=PASSED)] * 20
    assert evidence_for(BAR, observations).n == 0
    assert evidence_for(OF_ALL, observations).interval == wilson(20, 20)


def test_one_observation_is_read_by_the_same_rules():
    lost = Observation(outcome=Outcome.FAILED, error_class=ErrorClass.INFRASTRUCTURE)
    readings = [read_value(BAR, one) for one in (Observation(outcome=Outcome.ANSWERED, scores=PASSED), lost, NOT_FOR)]
    assert [(one.counts, one.value) for one in readings] == [(True, 1.0), (True, None), (False, None)]
