"""Files and functions stay small enough to be read in one go (design.md §3, Size)."""

from __future__ import annotations

import ast
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[2]
LONGEST_FILE = 300
MEDIAN_FILE = 90
MEDIAN_FUNCTION = 10
USUAL_FUNCTION = 30
USUAL_SHARE = 0.9


def file_lengths(folder: str) -> dict[str, int]:
    return {
        path.relative_to(ROOT).as_posix(): len(path.read_text("utf-8").splitlines())
        for path in sorted((ROOT / folder).rglob("*.py"))
    }


def function_lengths(tree: ast.Module) -> list[int]:
    """Lines of each function from `def` to its end; decorators and docstrings do not count."""
    return [
        _lines(node)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def _lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    length = (node.end_lineno or node.lineno) - node.lineno + 1
    if ast.get_docstring(node) is not None:
        first = node.body[0]
        length -= (first.end_lineno or first.lineno) - first.lineno + 1
    return length


def test_no_file_is_longer_than_the_limit() -> None:
    lengths = file_lengths("portal_app") | file_lengths("tests")
    assert {name: size for name, size in lengths.items() if size > LONGEST_FILE} == {}


def test_the_median_file_is_short() -> None:
    # Empty package markers would flatter the figure.
    sizes = [size for size in file_lengths("portal_app").values() if size > 1]
    assert median(sizes) <= MEDIAN_FILE


def test_functions_are_short(modules: dict[str, ast.Module]) -> None:
    lengths = [length for tree in modules.values() for length in function_lengths(tree)]
    usual = sum(length <= USUAL_FUNCTION for length in lengths) / len(lengths)
    assert median(lengths) <= MEDIAN_FUNCTION
    assert usual >= USUAL_SHARE


def test_the_measure_skips_docstrings_only() -> None:
    tree = ast.parse('def f():\n    """Two\n    lines."""\n    a = 1\n    return a\n')
    assert function_lengths(tree) == [3]
