"""What a direct call of a model leaves behind, as whoever is on call reads it."""

import json
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from plimsoll.testing import Fault, FaultKind, Said, SaidUsage, Upstream, serving

from flow.cli.commands import plimsoll

SETTINGS = """
[providers.up]
base_url = "{base_url}"

[models.fast]
model = "up/test-model"
first_wait_seconds = 0
retries = {retries}
"""
DOWN = Fault(kind=FaultKind.STATUS, status=503, message="Overloaded")
NAMED = {
    "plimsoll.kind": "model",
    "gen_ai.response.id": "chatcmpl-1",
    "gen_ai.response.model": "test-model",
    "openai.response.system_fingerprint": "fp_1",
    "gen_ai.response.finish_reasons": ["stop"],
    "gen_ai.usage.cache_read.input_tokens": 8,
    "gen_ai.usage.reasoning.output_tokens": 3,
}
ASKED = {"model": "fast", "messages": [{"role": "user", "content": "ping"}]}


def ask(url: str, **more: object) -> int:
    sent = json.dumps({**ASKED, **more}).encode()
    request = urllib.request.Request(f"{url}/v1/chat/completions", sent, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=5) as response:
            response.read()
            return int(response.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def test_calls_that_failed_are_told_from_those_that_were_answered(tmp_path: Path):
    with Upstream() as upstream:
        (tmp_path / "plimsoll.toml").write_text(SETTINGS.format(base_url=upstream.base_url, retries=0))
        with serving(tmp_path) as url:
            assert ask(url) == 200
            upstream.inject(DOWN)
            assert ask(url) == 502
        failed = plimsoll(tmp_path, "traces", "--outcome", "failed", "--json")
        answered = plimsoll(tmp_path, "traces", "--outcome", "answered", "--json")
    assert (failed.out.count('"trace_id"'), answered.out.count('"trace_id"')) == (1, 1)


def test_a_trace_says_why_it_was_tried_again(tmp_path: Path):
    with Upstream() as upstream:
        (tmp_path / "plimsoll.toml").write_text(SETTINGS.format(base_url=upstream.base_url, retries=1))
        with serving(tmp_path) as url:
            upstream.inject(DOWN)
            assert ask(url) == 200
        listed = plimsoll(tmp_path, "traces")
        trace_id = listed.out.splitlines()[1].split()[0]
        opened = plimsoll(tmp_path, "traces", trace_id)
    assert "retry  up/test-model  'up' answered HTTP 503: Overloaded." in opened.out


@pytest.mark.parametrize("stream", [False, True])
def test_a_trace_names_the_machinery_that_answered(tmp_path: Path, *, stream: bool):
    usage = SaidUsage(input_tokens=20, output_tokens=9, cached_input_tokens=8, reasoning_tokens=3)
    with Upstream(Said(text="pong", fingerprint="fp_1", usage=usage)) as upstream:
        (tmp_path / "plimsoll.toml").write_text(SETTINGS.format(base_url=upstream.base_url, retries=0))
        with serving(tmp_path) as url:
            assert ask(url, stream=stream) == 200
        (trace,) = json.loads(plimsoll(tmp_path, "traces", "--json").out)
        opened = json.loads(plimsoll(tmp_path, "traces", trace["trace_id"], "--json").out)
    said = opened["spans"][0]["attributes"]
    assert {name: said.get(name) for name in NAMED} == NAMED
