"""The pytest plugin on a real project in a folder: what passes, fails, warns, and what it costs when nobody uses it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from plimsoll.project import write_project

pytest_plugins = ["pytester"]
pytestmark = [pytest.mark.model]

FEATURE = """
import plimsoll
from plimsoll import Answer, Feature, Line, Question, answered

echo = Feature("echo", input=Question, output=Answer, prompt="prompts/answer.md", dataset="known",
    retrieval=plimsoll.Retrieval("docs"), line=Line(answered(at_least=0.7)))
"""
MARKS = """
@pytest.mark.plimsoll("echo")
def test_bare(): ...

@pytest.mark.plimsoll("echo")
def test_with_the_report(plimsoll_report):
    assert plimsoll_report.verdict == "holds"

@pytest.mark.plimsoll("echo", dataset="unknown")
def test_short(): ...

@pytest.mark.plimsoll("echo", dataset="few")
def test_blocks(): ...

@pytest.mark.plimsoll("echo")
def test_own_assertion_comes_first(plimsoll_report):
    assert plimsoll_report.feature != "echo", "echo is gone"

@pytest.mark.plimsoll("ecko")
def test_unknown_feature(): ...

@pytest.mark.plimsoll("echo", undecided="maybe")
def test_unknown_choice(): ...

def test_without_a_mark(plimsoll_report): ...
"""
WARNS = """
@pytest.mark.plimsoll("echo", undecided="warn", repeats=2, dataset="few", baseline="latest")
def test_warns(): ...
"""
QUESTION = "How long do customers have to return an item?"
FLAGS = ("-p", "plimsoll.pytest_plugin", "-p", "no:cacheprovider", "-p", "no:xdist")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with its documents ingested, made once: its tests only add features and datasets."""
    folder = tmp_path_factory.mktemp("gated") / "shop"
    write_project(folder)
    done = subprocess.run([sys.executable, "-m", "plimsoll", "ingest"], cwd=folder, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


def write_feature(shop: Path) -> None:
    """Add a feature that clears its bar on `known`, misses it on `unknown`, and leaves it open on `few`."""
    (shop / "features/echo.py").write_text(FEATURE, encoding="utf-8")
    datasets = {"known": (QUESTION, 40), "unknown": ("What is the capital of Peru?", 40), "few": (QUESTION, 3)}
    for name, (question, cases) in datasets.items():
        lines = (f'{{"id": "c{n}", "input": {{"text": "{question}"}}}}' for n in range(cases))
        (shop / f"datasets/{name}.jsonl").write_text("\n".join(lines), encoding="utf-8")


def run_tests(pytester: pytest.Pytester, shop: Path, text: str, *flags: str) -> pytest.RunResult:
    tests = shop / "tests"
    tests.mkdir(exist_ok=True)
    (tests / "test_gate.py").write_text(f"import pytest\n{text}", encoding="utf-8")
    pytester.makeini("[pytest]\naddopts = --strict-markers\n")
    return pytester.runpytest_subprocess(*FLAGS, *flags, str(tests / "test_gate.py"))


def test_a_gate_is_a_test_that_passes_fails_or_cannot_tell(pytester: pytest.Pytester, shop: Path):
    write_feature(shop)
    found = run_tests(pytester, shop, MARKS, "-v", "--junitxml=out.xml")
    output = found.stdout.str()
    told = dict(re.findall(r"::(test_\w+) (PASSED|FAILED|ERROR|CANNOT TELL)", output))
    assert told == {
        "test_bare": "PASSED",
        "test_with_the_report": "PASSED",
        "test_short": "FAILED",
        "test_blocks": "CANNOT TELL",
        "test_own_assertion_comes_first": "FAILED",
        "test_unknown_feature": "ERROR",
        "test_unknown_choice": "ERROR",
        "test_without_a_mark": "ERROR",
    }
    found.stdout.fnmatch_lines(["*echo against its line*", "*answered*falls short*"])
    assert "echo is gone" in output
    assert "did you mean 'echo'" in output
    assert "plimsoll(undecided='maybe')" in output
    assert "needs a mark" in output
    xml = (pytester.path / "out.xml").read_text(encoding="utf-8")
    runs = {line.split('value="')[1][:32] for line in xml.split('name="plimsoll_run"')[1:]}
    assert (xml.count('value="holds"'), len(runs)) == (2, 3), "the same mark is run once a session"


def test_where_the_undecided_may_pass_it_is_told_apart_and_the_suite_is_green(pytester: pytest.Pytester, shop: Path):
    write_feature(shop)
    found = run_tests(pytester, shop, WARNS, "-v", "-rs")
    assert found.ret == 0
    assert "test_warns CANNOT TELL" in found.stdout.str()
    assert "1 cannot tell" in found.stdout.str()


def test_a_suite_without_marks_loads_nothing_of_plimsoll_but_the_plugin(pytester: pytest.Pytester):
    test = """
import sys
def test_loaded():
    assert sorted(name for name in sys.modules if name.startswith("plimsoll")) == ["plimsoll", "plimsoll.pytest_plugin"]
"""
    pytester.makepyfile(test)
    pytester.runpytest_subprocess(*FLAGS).assert_outcomes(passed=1)
