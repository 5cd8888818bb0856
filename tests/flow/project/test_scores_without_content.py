"""What the settings say about content holds for what judges say, too."""

from pathlib import Path

import pytest

import plimsoll
from plimsoll.records import Score

pytestmark = pytest.mark.anyio
SAID = "ada@example.com asked for high water"


@pytest.mark.parametrize(
    ("content", "kept"), [("none", ""), ("redacted", "[email] asked for high water"), ("full", SAID)]
)
async def test_a_reason_is_kept_as_the_settings_say(tmp_path: Path, content: str, kept: str):
    (tmp_path / "plimsoll.toml").write_text(f'[traces]\ncontent = "{content}"\n')
    async with plimsoll.open(tmp_path, environ={}) as project:
        traces = project._parts.traces  # pyright: ignore[reportPrivateUsage]
        await traces.add_scores([Score(name="good", value=1.0, reason=SAID, trace_id="ab" * 16)])
        (score,) = await traces.scores("ab" * 16)
    assert score.reason == kept
