"""Bulk data for measuring: an invented city or province of any size, with years of history (PERF §1)."""

from .build import build

__all__ = ["build"]
