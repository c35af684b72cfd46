"""Demonstration data: plain tables of one invented office, laid out as workbooks and brought in like anybody's workbooks."""
