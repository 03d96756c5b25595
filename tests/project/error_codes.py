"""The codes of errors as they stand in the code."""

import ast
import re
from collections.abc import Iterable
from pathlib import Path

ERROR_CLASSES = {"Refused", "NotFound", "Conflict", "Unauthenticated", "Forbidden", "Unavailable", "Broken"}
CODE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


def codes_in(files: Iterable[Path]) -> set[str]:
    """What errors are made with in these files."""
    found = set()
    for file in files:
        for node in ast.walk(ast.parse(file.read_text())):
            if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            first = node.args[0].value
            if name in ERROR_CLASSES and isinstance(first, str) and CODE.fullmatch(first):
                found.add(first)
    return found
