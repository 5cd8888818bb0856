"""A gate's report as JUnit XML, the form that continuous integration shows. Called by the command line. Pure."""

import re
from collections.abc import Iterator
from html import escape

from plimsoll.evals.gate import GateReport
from plimsoll.records import Decision, Verdict

_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def summarise_junit(report: GateReport) -> str:
    """Return one test a bar and one a comparison: `holds` passes, `falls short` fails.

    `cannot tell` is skipped where the gate lets it pass, and an error where it blocks, so that the suite is red exactly
    where the command's exit code is.
    """
    return "\n".join(_lines(report)) + "\n"


def _lines(report: GateReport) -> Iterator[str]:
    tests = [(one.bar.name, one.decision) for one in report.decisions]
    tests += [(f"{one.bar.name} against {report.baseline_id}", one.decision) for one in report.comparisons]
    blocks = report.exit_code != 0
    yield '<?xml version="1.0" encoding="utf-8"?>'
    counts = _counts(tests, blocks=blocks)
    yield f"<testsuite {_attributes(name=f'plimsoll gate {report.feature}', **counts)}>"
    yield "  <properties>"
    for name, value in (("run", report.run_id), ("verdict", str(report.verdict)), ("reason", report.reason)):
        yield f"    <property {_attributes(name=name, value=value)} />"
    yield "  </properties>"
    for name, decision in tests:
        yield f"  <testcase {_attributes(classname=f'plimsoll.{report.feature}', name=name)}>"
        outcome = _outcome(decision, blocks=blocks)
        if outcome:
            yield f"    <{outcome} {_attributes(message=decision.reason, type=str(decision.verdict))} />"
        yield "  </testcase>"
    yield f"  <system-out>{_text(chr(10).join([*report.notes, report.warning]).strip())}</system-out>"
    yield "</testsuite>"


def _attributes(**values: str) -> str:
    return " ".join(f'{name}="{_text(value)}"' for name, value in values.items())


def _text(value: str) -> str:
    """Return the value as XML may hold it."""
    return escape(_NOT_XML.sub("\ufffd", value))


def _outcome(decision: Decision, *, blocks: bool) -> str:
    if decision.verdict is Verdict.HOLDS:
        return ""
    if decision.verdict is Verdict.FALLS_SHORT:
        return "failure"
    return "error" if blocks else "skipped"


def _counts(tests: list[tuple[str, Decision]], *, blocks: bool) -> dict[str, str]:
    outcomes = [_outcome(decision, blocks=blocks) for _, decision in tests]
    return {
        "tests": str(len(outcomes)),
        "failures": str(outcomes.count("failure")),
        "errors": str(outcomes.count("error")),
        "skipped": str(outcomes.count("skipped")),
    }
