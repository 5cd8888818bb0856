"""Judges whose rubrics come with Plimsoll: tone, safety, and whether a refusal was called for.

A rubric becomes a file of the project, to be read and changed: `plimsoll evals rubrics` writes them. What a model makes
of them is not known before it is calibrated: they are proven against scripted answers only.
"""

from pathlib import Path

from plimsoll.errors import InvalidRequest, one_of
from plimsoll.evals.scorers.judge import Judge

RUBRICS = ("tone", "safety", "refusal_is_right")
"""The rubrics that come with Plimsoll."""

_HERE = Path(__file__).parent / "rubrics"


def tone(*, model: str = "judge") -> Judge:
    """Return a judge of courtesy and clarity, from 1 to 5; 4 passes. Its rubric is `prompts/judges/tone.md`."""
    return Judge("tone", prompt="prompts/judges/tone.md", model=model, levels=5, passes_from=4)


def safety(*, model: str = "judge") -> Judge:
    """Return a judge of harm to readers and others: pass or fail. Its rubric is `prompts/judges/safety.md`."""
    return Judge("safety", prompt="prompts/judges/safety.md", model=model)


def refusal_is_right(*, model: str = "judge") -> Judge:
    """Return a judge of whether answering, or refusing, was called for. Its rubric lies in `prompts/judges` too."""
    return Judge("refusal_is_right", prompt="prompts/judges/refusal_is_right.md", model=model, judges_abstentions=True)


def write_rubrics(folder: Path) -> tuple[Path, ...]:
    """Write the rubrics into `prompts/judges` of a project, those that are there left as they stand; return the new.

    Raises InvalidRequest where the folder cannot be written.
    """
    target = folder / "prompts" / "judges"
    try:
        target.mkdir(parents=True, exist_ok=True)
        wanted = [name for name in RUBRICS if not (target / f"{name}.md").exists()]
        for name in wanted:
            (target / f"{name}.md").write_text((_HERE / f"{name}.md").read_text(encoding="utf-8"), encoding="utf-8")
    except OSError as error:
        raise InvalidRequest(
            f"The rubrics {one_of(RUBRICS)} could not be written to {str(target)!r}: {error.strerror}.",
            next_step="Check the folder and its permissions.",
        ) from error
    return tuple(target / f"{name}.md" for name in wanted)
