"""What is tried in the playground: records, drafts of prompts, and the trials that are under way or ended."""

from plimsoll.project.trials.drafts import Drafts, digest_of
from plimsoll.project.trials.kept import KeptTrials
from plimsoll.project.trials.placing import Placing, propose_placing, put_in_place, write_placing
from plimsoll.project.trials.trial import MOST_CASES, CasePair, SideResult, Trial, TrialAsked, TrialState
from plimsoll.project.trials.trials import Trials
from plimsoll.project.trials.words import recall_words

__all__ = [
    "MOST_CASES",
    "CasePair",
    "Drafts",
    "KeptTrials",
    "Placing",
    "SideResult",
    "Trial",
    "TrialAsked",
    "TrialState",
    "Trials",
    "digest_of",
    "propose_placing",
    "put_in_place",
    "recall_words",
    "write_placing",
]
