"""A stored request runs again, with what was recorded or live, on the same configuration or another."""

from plimsoll.project.traces.replay.recording import read_input
from plimsoll.project.traces.replay.replay import REPLAY, Replay, ReplayAsked, StepChange, Where, replay_trace

__all__ = ["REPLAY", "Replay", "ReplayAsked", "StepChange", "Where", "read_input", "replay_trace"]
