"""Texts of the user's, made visible letter by letter."""

from __future__ import annotations


def visible(text: str) -> str:
    r"""Return a text whose letters can all be seen; others are written as their codes.

    >>> visible("a\x00b"), visible("소설")
    ('a\\x00b', '소설')
    """
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode("ascii")
        for letter in text
    )
