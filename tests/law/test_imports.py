"""Law 1: imports go down only, from the room's root, at the top of the file but for optional extras."""

import ast
import subprocess
import sys

from law.sources import PACKAGE, ROOT, Source, functions, sources

LAZY_TABLES = {"src/plimsoll/__init__.py", "src/plimsoll/cli/__init__.py"}
OPTIONAL = {"mlflow", "redis", "psycopg", "pyarrow", "rapidocr", "PIL"}
"""Packages of extras, which a file that needs one may import where it first does."""


def test_the_floors_hold():
    linter = ROOT / ".venv" / "bin" / "lint-imports"
    command = [str(linter)] if linter.exists() else [sys.executable, "-c", "from importlinter.cli import *"]
    run = subprocess.run([*command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert run.returncode == 0, run.stdout + run.stderr


def test_a_room_is_imported_by_its_root_only():
    offenders = [
        f"{source.name}:{node.lineno} {node.module}"
        for source in sources(PACKAGE)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ImportFrom) and node.module and _reaches_inside(source, node.module)
    ]
    assert offenders == []


def _reaches_inside(source: Source, module: str) -> bool:
    parts = module.split(".")
    return parts[0] == "plimsoll" and len(parts) > 2 and parts[1] != source.room


def test_no_import_hides_inside_a_function():
    offenders = [
        f"{source.name}:{node.lineno}"
        for source in sources(PACKAGE)
        if source.name not in LAZY_TABLES
        for function in functions(source)
        for node in ast.walk(function)
        if isinstance(node, ast.stmt | ast.expr) and _imports(node) and node not in _guarded(function)
    ]
    assert offenders == []


def test_a_file_has_at_most_one_guarded_import_and_it_is_of_an_optional_extra():
    for source in sources(PACKAGE):
        guarded = [node for function in functions(source) for node in _guarded(function)]
        packages = {(node.module or "").partition(".")[0] for node in guarded}
        assert packages <= OPTIONAL, source.name
        assert len(packages) <= 1, source.name


def _guarded(function: ast.AST) -> list[ast.ImportFrom]:
    """Return the imports of a `try` that says what to install when they fail."""
    return [
        statement
        for node in ast.walk(function)
        if isinstance(node, ast.Try) and any(_catches_missing(handler) for handler in node.handlers)
        for statement in node.body
        if isinstance(statement, ast.ImportFrom)
    ]


def _catches_missing(handler: ast.ExceptHandler) -> bool:
    return isinstance(handler.type, ast.Name) and handler.type.id == "ImportError"


def _imports(node: ast.stmt | ast.expr) -> bool:
    by_name = {"import_module", "__import__"}
    match node:
        case ast.Import() | ast.ImportFrom():
            return True
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name in by_name
        case _:
            return False


def test_no_import_hides_under_type_checking():
    assert [source.name for source in sources(PACKAGE) if "TYPE_CHECKING" in source.text] == []
