"""Trained vectors, to be asked."""
