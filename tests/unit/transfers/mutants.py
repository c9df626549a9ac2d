"""Small faults put into a module one at a time, to see whether its unit tests notice."""

from __future__ import annotations

import ast
import copy
import importlib
import inspect
import itertools
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Final

SWAPPED: Final[dict[type[ast.AST], tuple[type[Any], ...]]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.And: (ast.Or,),
    ast.Or: (ast.And,),
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div,),
    ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Mult,),
    ast.BitOr: (ast.BitAnd,),
    ast.USub: (ast.UAdd,),
}


@dataclass(frozen=True)
class Mutant:
    line: int
    what: str
    tree: ast.Module


def mutants_of(source: str) -> Iterator[Mutant]:
    """Each differs from *source* in one place."""
    tree = ast.parse(source)
    untouched = _untouched(tree)
    for place, node in enumerate(list(ast.walk(tree))):
        if id(node) in untouched:
            continue
        for what, change in _changes(node):
            changed = copy.deepcopy(tree)
            change(next(itertools.islice(ast.walk(changed), place, None)), changed)
            ast.fix_missing_locations(changed)
            yield Mutant(getattr(node, "lineno", 0), what, changed)


def _untouched(tree: ast.Module) -> set[int]:
    """Docstrings, annotations, imports and decorators: what no run can tell apart."""
    dead: list[ast.AST] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            dead.append(node)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            dead.append(node)
        dead += getattr(node, "decorator_list", [])
        for name in ("annotation", "returns"):
            if getattr(node, name, None) is not None:
                dead.append(getattr(node, name))
    return {id(inner) for node in dead for inner in ast.walk(node)}


def _changes(node: ast.AST) -> Iterator[tuple[str, Any]]:
    if isinstance(node, ast.Compare):
        for at, op in enumerate(node.ops):
            for other in SWAPPED.get(type(op), ()):
                yield f"{_name(op)} → {other.__name__}", _set_op(at, other)
    elif isinstance(node, ast.BoolOp | ast.BinOp | ast.AugAssign):
        for other in SWAPPED.get(type(node.op), ()):
            yield f"{_name(node.op)} → {other.__name__}", _set("op", other())
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "not removed", lambda target, tree: _replace(tree, target, target.operand)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield "- → +", _set("op", ast.UAdd())
    elif isinstance(node, ast.If | ast.IfExp):
        yield "condition negated", _negate
    elif isinstance(node, ast.Constant):
        yield from _constants(node.value)


def _constants(value: object) -> Iterator[tuple[str, Any]]:
    if isinstance(value, bool):
        yield f"{value} → {not value}", _set("value", not value)
    elif isinstance(value, int):
        yield f"{value} → {value + 1}", _set("value", value + 1)
    elif isinstance(value, str):
        other = f"XX{value}XX"
        yield f"{value!r} → {other!r}", _set("value", other)


def _name(op: ast.AST) -> str:
    return type(op).__name__


def _set(field: str, value: Any) -> Any:
    return lambda target, _tree: setattr(target, field, value)


def _set_op(at: int, other: type[Any]) -> Any:
    def change(target: Any, _tree: ast.AST) -> None:
        target.ops[at] = other()

    return change


def _negate(target: Any, _tree: ast.AST) -> None:
    target.test = ast.UnaryOp(op=ast.Not(), operand=target.test)


def _replace(tree: ast.AST, old: ast.AST, new: ast.AST) -> None:
    for node in ast.walk(tree):
        for name, value in ast.iter_fields(node):
            if value is old:
                setattr(node, name, new)
            elif isinstance(value, list):
                value[:] = [new if one is old else one for one in value]


def survives(module: str, mutant: Mutant, tests: Sequence[str]) -> bool:
    """Whether every test of *tests* (modules) passes with *mutant* in the place of *module*."""
    kept = {name: sys.modules.pop(name, None) for name in (module, *tests)}
    package, _, name = module.rpartition(".")
    original = getattr(sys.modules[package], name)
    try:
        faulty = ModuleType(module)
        sys.modules[module] = faulty
        setattr(sys.modules[package], name, faulty)
        exec(compile(mutant.tree, module, "exec"), faulty.__dict__)  # noqa: S102 -- our own source
        for test in tests:
            _run(importlib.import_module(test))
    except Exception:  # noqa: BLE001 -- whatever it breaks, it was noticed
        return False
    else:
        return True
    finally:
        setattr(sys.modules[package], name, original)
        for each, found in kept.items():
            sys.modules.pop(each, None)
            if found is not None:
                sys.modules[each] = found


def _run(module: ModuleType) -> None:
    """The module's plain tests, with each set of their parameters."""
    for name, test in inspect.getmembers(module, inspect.isfunction):
        if name.startswith("test_"):
            for given in _cases(test):
                test(**given)


def _cases(test: Any) -> Iterator[dict[str, Any]]:
    marks = [mark for mark in getattr(test, "pytestmark", []) if mark.name == "parametrize"]
    for chosen in itertools.product(*(_sets(*mark.args) for mark in marks)):
        yield {name: value for one in chosen for name, value in one.items()}


def _sets(names: Any, values: Any) -> list[dict[str, Any]]:
    listed = [one.strip() for one in names.split(",")] if isinstance(names, str) else list(names)
    if len(listed) == 1:
        return [{listed[0]: value} for value in values]
    return [dict(zip(listed, value, strict=True)) for value in values]
