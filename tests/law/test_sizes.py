"""Law 2: files, functions and tests stay small enough to be read at one sitting."""

import statistics
from pathlib import Path

from law.sources import PACKAGE, ROOT, Function, functions, length, sources

FILE_LINES = 400
FUNCTION_LINES = 40
POSITIONAL = 3
TEST_LINES = 30
FLOW_LINES = 80


def test_a_file_has_at_most_400_lines():
    everywhere = [PACKAGE, ROOT / "tests", ROOT / "benchmarks"]
    long = [
        (source.name, lines)
        for folder in everywhere
        for source in sources(folder)
        if (lines := source.text.count("\n")) > FILE_LINES
    ]
    assert long == []


def test_a_function_has_at_most_40_lines():
    everywhere = [PACKAGE, ROOT / "benchmarks"]
    long = [
        f"{source.name}:{node.lineno} {node.name} {length(node)}"
        for folder in everywhere
        for source in sources(folder)
        for node in functions(source)
        if length(node) > FUNCTION_LINES
    ]
    assert long == []


def test_the_median_function_is_near_10_lines():
    lengths = [length(node) for source in sources(PACKAGE) for node in functions(source)]
    assert statistics.median(lengths) <= 12


def test_a_function_takes_at_most_3_positional_parameters():
    offenders = [
        f"{source.name}:{node.lineno} {node.name}"
        for source in sources(PACKAGE)
        for node in functions(source)
        if _positional(node) > POSITIONAL
    ]
    assert offenders == []


def _positional(node: Function) -> int:
    names = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
    return len(names) - (names[:1] in (["self"], ["cls"]))


def test_a_test_has_at_most_30_lines_and_a_flow_80():
    long = [
        f"{source.name}:{node.lineno} {node.name} {length(node)}"
        for source in sources(ROOT / "tests")
        for node in functions(source)
        if node.name.startswith("test_") and length(node) > _allowed(source.path)
    ]
    assert long == []


def _allowed(path: Path) -> int:
    return FLOW_LINES if {"flow", "browser"} & set(path.parts) else TEST_LINES
