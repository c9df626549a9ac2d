"""What may not stand in the source, found in syntax trees; each finding is "line: what"."""

from __future__ import annotations

import ast
from collections.abc import Iterator

# Reflex turns these into script that the content policy refuses (docs/decisions/0005).
SERVER_SENT_SCRIPT = frozenset({"rx.toast", "rx.call_script", "rx.call_function"})
WALL_CLOCK = frozenset({"now", "utcnow", "today"})
# Where pages with fields for a card are, and what views call an address that leads there.
CARD_PATHS = ("/payment-methods/add/", "/pay/")
CARD_HREFS = ("add_href", "pay_href")
HANDLER_ARGUMENTS = frozenset({"str", "int", "float", "bool", "dict", "list", "Any", "None"})


def dotted(node: ast.expr) -> str:
    """`rx.el.form` for the attribute chain; empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        inner = dotted(node.value)
        return f"{inner}.{node.attr}" if inner else ""
    return ""


def bare_documents(tree: ast.Module) -> Iterator[str]:
    """`rx.el.form` never posts by itself and `rx.el.a` never leaves the router: `ui` wraps both."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and dotted(node) in {"rx.el.form", "rx.el.a"}:
            yield f"{node.lineno}: {dotted(node)}"


def server_sent_script(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and dotted(node) in SERVER_SENT_SCRIPT:
            yield f"{node.lineno}: {dotted(node)}"
        if isinstance(node, ast.Call) and _sends_data(node):
            yield f"{node.lineno}: rx.download without url="


def _sends_data(call: ast.Call) -> bool:
    keywords = {keyword.arg for keyword in call.keywords}
    return dotted(call.func) == "rx.download" and bool(call.args or keywords != {"url"})


def card_pages_by_router(tree: ast.Module) -> Iterator[str]:
    """A card page has a policy of its own, and a policy belongs to the document: a full load.

    In pages, every call that is given its address must be a link that loads; anywhere, no redirect
    of Reflex goes there, which stays in the document.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and any(map(_leads_to_card, _given(node))):
            name = dotted(node.func)
            if not (name == "document_link" or (name == "link_button" and _reloads(node))):
                yield f"{node.lineno}: {name}"


def left_by_router(tree: ast.Module) -> Iterator[str]:
    """For modules of card pages: whatever leads away loads the next page in full."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = dotted(node.func)
            by_router = name == "link_button" and not _reloads(node)
            if by_router or name in {"text_link", "rx.redirect", "rx.link"}:
                yield f"{node.lineno}: {name}"


def redirects_to_card_pages(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or dotted(node.func) != "rx.redirect":
            continue
        if any(map(_leads_to_card, _given(node))):
            yield f"{node.lineno}: rx.redirect"


def _given(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(keyword.value for keyword in call.keywords)]


def _leads_to_card(node: ast.expr) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr in CARD_HREFS
    if isinstance(node, ast.Call):
        return dotted(node.func) in CARD_HREFS
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    texts = [part.value for part in parts if isinstance(part, ast.Constant)]
    return any(path in text for text in texts if isinstance(text, str) for path in CARD_PATHS)


def _reloads(call: ast.Call) -> bool:
    return any(
        keyword.arg == "reload"
        and isinstance(keyword.value, ast.Constant)
        and keyword.value.value is True
        for keyword in call.keywords
    )


def wall_clock(tree: ast.Module) -> Iterator[str]:
    """Calls that read the machine's date; `time.monotonic()` measures durations and is fine."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = dotted(node.func)
        owner, _, method = name.rpartition(".")
        if owner.rpartition(".")[2] in {"datetime", "date"} and method in WALL_CLOCK:
            yield f"{node.lineno}: {name}"
        if name == "time.time":
            yield f"{node.lineno}: {name}"


def readers_without_zone(tree: ast.Module) -> Iterator[str]:
    """Whoever is signed in reads by the clock of their account: `actor.reader` knows it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and dotted(node.func) == "Reader" and len(node.args) == 1:
            language = ast.unparse(node.args[0])
            if "actor" in language and language.endswith(".locale"):
                yield f"{node.lineno}: Reader({language})"


def handler_arguments(tree: ast.Module) -> Iterator[str]:
    """Arguments of event handlers that a client could fill with more than plain JSON.

    Reflex builds annotated models from client keys (mass assignment), so a handler takes plain
    values only and parses them itself.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _is_handler(node):
            for argument in [*node.args.args[1:], *node.args.kwonlyargs]:
                words = _words(argument.annotation)
                if not words or not words <= HANDLER_ARGUMENTS:
                    yield f"{argument.lineno}: {node.name}({argument.arg}: {sorted(words)})"


def _is_handler(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    marks = (mark.func if isinstance(mark, ast.Call) else mark for mark in node.decorator_list)
    return any(dotted(mark) == "rx.event" for mark in marks)


def _words(annotation: ast.expr | None) -> set[str]:
    if annotation is None:
        return set()
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        annotation = ast.parse(annotation.value, mode="eval").body
    names = {node.id for node in ast.walk(annotation) if isinstance(node, ast.Name)}
    attributes = {node.attr for node in ast.walk(annotation) if isinstance(node, ast.Attribute)}
    nothing = {"None"} if isinstance(annotation, ast.Constant) else set()
    return names | attributes | nothing
