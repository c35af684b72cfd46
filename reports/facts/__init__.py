"""The catalogue of facts: one module for each app that it reads."""

from . import organizations, reviews, sources, tasks
from .engine import Base, Fact, FactSet, FactValue, Scope, bases, package, registry

__all__ = [
    "Base",
    "Fact",
    "FactSet",
    "FactValue",
    "Scope",
    "bases",
    "organizations",
    "package",
    "registry",
    "reviews",
    "sources",
    "tasks",
]
