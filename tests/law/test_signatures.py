"""Laws 3 and 4: public signatures say what they take; nothing banned slips in."""

import ast

from law.sources import PACKAGE, ROOT, Function, functions, is_public, sources


def test_no_public_signature_says_any():
    offenders = [
        f"{source.name}:{node.lineno} {node.name}"
        for source in sources(PACKAGE)
        for node in functions(source)
        if is_public(node.name) and _says_any(node)
    ]
    assert offenders == []


def _says_any(node: Function) -> bool:
    arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs, node.args.vararg, node.args.kwarg]
    annotations = [argument.annotation for argument in arguments if argument] + [node.returns]
    return any(
        isinstance(part, ast.Name) and part.id == "Any"
        for annotation in annotations
        if annotation
        for part in ast.walk(annotation)
    )


def test_no_test_replaces_our_own_parts():
    banned = ("unittest.mock", "monkeypatch.setattr", "mocker")
    offenders = [
        (source.name, word)
        for source in sources(ROOT / "tests")
        for word in banned
        if word in source.text and "law" not in source.path.parts
    ]
    assert offenders == []


def test_no_test_sleeps():
    offenders = [
        f"{source.name}:{node.lineno}"
        for source in sources(ROOT / "tests")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"time.sleep", "sleep", "asyncio.sleep"}
        if not _yields_once(node)
    ]
    assert offenders == []


def _yields_once(node: ast.Call) -> bool:
    """Tell whether it is a poll inside a wait with a deadline: at most 50 ms at a time."""
    first = node.args[0] if node.args else None
    return isinstance(first, ast.Constant) and isinstance(first.value, int | float) and first.value <= 0.05


def test_every_test_asserts_something():
    empty = [
        f"{source.name}:{node.lineno} {node.name}"
        for source in sources(ROOT / "tests")
        for node in functions(source)
        if node.name.startswith("test_") and not _asserts(node)
    ]
    assert empty == []


def _asserts(node: Function) -> bool:
    calls = {ast.unparse(call.func) for call in ast.walk(node) if isinstance(call, ast.Call)}
    has_assert = any(isinstance(part, ast.Assert) for part in ast.walk(node))
    return has_assert or any("raises" in call or "assert" in call or call.startswith("expect") for call in calls)
