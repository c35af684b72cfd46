"""The Excel toolkit: one declaration per workbook serves its blank template, its import and its export (DESIGN §7).

sheet.py what an app declares · guard.py, reading.py, table.py file → cells → table · values.py cell → value ·
planning.py rows → new/changed/same/wrong · applying.py, loading.py, undoing.py the set-based writes · obstacles.py what an undo would lose ·
annotating.py the sender's workbook with marks · writing.py, blank.py workbooks that we make · words.py drop-downs ·
stamps.py which ledger a workbook of ours is.
"""

from .sheet import Column, Context, Lookup, Parent, Part, Sheet, all_sheets, get_sheet, register

__all__ = ["Column", "Context", "Lookup", "Parent", "Part", "Sheet", "all_sheets", "get_sheet", "register"]
