from .sources import OutsideFigure, Phrase
from .summaries import Block, BlockVersion, Edition, Summary

__all__ = ["Block", "BlockVersion", "Edition", "OutsideFigure", "Phrase", "Summary"]
