"""Tiny fonts, each of a few letters that are all the same square."""

from __future__ import annotations

import string

LATIN = string.ascii_letters + string.digits + string.punctuation + " "


def make_font(file, letters, family):
    """Write a font that has these letters and no others."""
    from fontTools.fontBuilder import FontBuilder
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    names = {ord(letter): f"u{ord(letter):04X}" for letter in letters}
    glyphs = [".notdef", *names.values()]
    pen = TTGlyphPen(None)
    pen.moveTo((100, 0))
    for corner in ((100, 700), (700, 700), (700, 0)):
        pen.lineTo(corner)
    pen.closePath()
    square = pen.glyph()
    font = FontBuilder(1000, isTTF=True)
    font.setupGlyphOrder(glyphs)
    font.setupCharacterMap(names)
    font.setupGlyf(dict.fromkeys(glyphs, square))
    font.setupHorizontalMetrics(dict.fromkeys(glyphs, (800, 100)))
    font.setupHorizontalHeader(ascent=800, descent=-200)
    names_of_font = {"familyName": family, "styleName": "Regular", "psName": family}
    font.setupNameTable(names_of_font)
    font.setupOS2(sTypoAscender=800, sTypoDescender=-200)
    font.setupPost()
    font.setupHead(unitsPerEm=1000, created=0, modified=0)
    font.save(file)
    return file
