"""Traces leave the project for a caller through one door: the server asks for them by `seen_by` and no other way."""

import ast

from law.sources import PACKAGE, read_source

# What names no single trace (views are names of filters), or takes the caller and leaves closed traces out itself.
ALLOWED = {"seen_by", "views", "compare", "figures", "health", "export_health"}


def test_the_server_reads_traces_as_a_caller_sees_them():
    asked: set[tuple[str, str]] = set()
    for path in sorted((PACKAGE / "server").rglob("*.py")):
        for node in ast.walk(read_source(path).tree):
            inner = node.value if isinstance(node, ast.Attribute) else None
            if isinstance(node, ast.Attribute) and isinstance(inner, ast.Attribute) and inner.attr == "traces":
                asked.add((node.attr, path.name))
    assert "seen_by" in {verb for verb, _ in asked}
    handlers = {"list_traces", "show_trace", "show_steps", "show_step"}
    assert {(verb, name) for verb, name in asked if verb not in ALLOWED | handlers} == set()


def test_no_name_stands_for_all_traces_in_the_server():
    bound = [
        f"{path.name}:{node.lineno}"
        for path in sorted((PACKAGE / "server").rglob("*.py"))
        for node in ast.walk(read_source(path).tree)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Attribute) and node.value.attr == "traces"
    ]
    # `page.traces` are summaries that were shown to the caller already.
    assert [one for one in bound if not one.startswith("traces.py:")] == []
