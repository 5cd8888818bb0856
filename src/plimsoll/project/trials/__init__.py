"""What is tried in the playground: records, and the trials of this process that are under way."""

from plimsoll.project.trials.trial import MOST_CASES, CasePair, SideResult, Trial, TrialAsked, TrialState
from plimsoll.project.trials.trials import Trials

__all__ = ["MOST_CASES", "CasePair", "SideResult", "Trial", "TrialAsked", "TrialState", "Trials"]
