"""The import arrows of CONVENTIONS, “Layers and imports”, as a checker that test_project.py tests and runs."""

import ast
from pathlib import Path

APPS = ["core", "organizations", "tasks", "reviews", "reports"]
RANKS = {
    "choices": 0, "periods": 0, "validators": 0, "jobs": 0,
    "models": 1, "migrations": 1,
    "workflows": 2, "statistics": 2, "checkup": 2, "reconciliation": 2, "facts": 2, "dashboards": 2,
    "forms": 3, "filters": 3, "sheets": 3, "documents": 3, "templatetags": 3,
    "views": 4, "admin": 4, "urls": 4, "management": 4, "apps": 4,
}  # fmt: skip
TOP_RANK_FOR_OTHERS = 2  # an app to the left lends its rules, never its forms, views or admin


def rank(parts: list[str]) -> int | None:
    """Rank of a module inside its app; None for a module without a rank of its own (core's toolkit)."""
    return RANKS.get(parts[1]) if len(parts) > 1 else None


def imports(path: Path, root: Path):
    """(line, dotted parts, inside a function?) of each import of ours; relative ones made absolute."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    package = list(path.relative_to(root).with_suffix("").parts)[:-1]
    inner = {
        id(node)
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name.split(".") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            base = base + (node.module.split(".") if node.module else [])
            names = [[*base, alias.name] for alias in node.names]
        else:
            continue
        for name in names:
            if name[0] in {*APPS, "config", "tests"}:
                yield node.lineno, name, id(node) in inner


def complaint(own: list[str], name: list[str], late: bool) -> str | None:
    """Why this import points the wrong way, or None."""
    if name[0] in ("config", "tests"):
        return f"imports {name[0]}"
    mine, theirs = rank(own), rank(name)
    if APPS.index(name[0]) > APPS.index(own[0]):
        return f"{own[0]} imports {name[0]} to its right"
    if name[0] != own[0]:
        lent = name[0] == "core" or own[1] == "management" or (theirs or 0) <= TOP_RANK_FOR_OTHERS
        if not lent:
            return f"{own[0]} imports {'.'.join(name[:2])}, which only {name[0]} may use"
        return None
    may_be_late = own[1] in ("jobs", "apps", "due")  # a job imports what it calls inside its body
    if mine is not None and theirs is not None and theirs > mine and not (late and may_be_late):
        return f"rank {mine} imports rank {theirs} ({'.'.join(name[:2])})"
    return None


def wrong_imports(root: Path) -> list[str]:
    found = []
    for app in APPS:
        for path in sorted((root / app).rglob("*.py")):
            own = list(path.relative_to(root).with_suffix("").parts)
            for line, name, late in imports(path, root):
                reason = complaint(own, name, late)
                if reason:
                    found.append(f"{path.relative_to(root)}:{line}: {reason}")
    return found
