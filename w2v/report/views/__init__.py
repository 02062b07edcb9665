"""Make each view of runs: a file a view, which turns what runs left behind into plain numbers.

A run goes by the name that it has in a report: see `collecting.py`, which asks all of them.
"""
