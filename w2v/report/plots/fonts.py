"""Find fonts that have every letter of a picture: Latin ones, and those of words in any script.

Each glyph is taken from the first font of a list that has it. Matplotlib's own font, DejaVu Sans,
has the letters of Europe; for others the fonts of the machine are looked through.
"""

from __future__ import annotations

import contextlib
import dataclasses
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from w2v.errors import UsageError

Face: TypeAlias = Any  # matplotlib.font_manager.FontEntry

OWN = "DejaVu Sans"
# Sans-serif fonts by script, in order: how the fonts of Linux, macOS and Windows are called.
PREFERRED = {
    "HANGUL": (
        "Noto Sans CJK KR", "Noto Sans KR", "Source Han Sans KR", "Apple SD Gothic Neo",
        "Malgun Gothic", "NanumGothic",
    ),
    "KANA": (
        "Noto Sans CJK JP", "Noto Sans JP", "Source Han Sans JP", "Hiragino Sans", "Yu Gothic",
        "Meiryo", "IPAGothic",
    ),
    "CJK": (
        "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "PingFang SC",
        "Hiragino Sans GB", "Microsoft YaHei", "WenQuanYi Zen Hei", "WenQuanYi Micro Hei", "SimHei",
    ),
}  # fmt: skip
SCRIPTS = {"HIRAGANA": "KANA", "KATAKANA": "KANA"}  # by the first word of a letter's name
PACKAGES = ("fonts-noto-cjk", "fonts-noto-core")  # of Debian, for the scripts above and the others
REGULAR = 400  # weight
N_NAMED = 8  # letters that an error names


def find_fonts(texts: Iterable[str], file: Path | None = None) -> list[Face]:
    """Return faces that together have every letter of some texts.

    Parameters
    ----------
    texts : iterable of str
    file : Path, optional
        A font that goes before all others.

    Raises
    ------
    UsageError
        If a letter is in no font here, with what to install; or the file is no font.
    """
    letters = {letter for text in texts for letter in text if not letter.isspace()}
    faces = [] if file is None else [_face_of_file(file)]
    faces += [face for face in installed_faces() if face.name == OWN and _is_regular(face)][:1]
    missing = letters.difference(*map(letters_of, faces))
    candidates: Sequence[Face] = installed_faces() if missing else []
    if missing and not _together(candidates) >= missing:
        candidates = [*candidates, *_new_faces()]
    while missing:
        face = _best(candidates, missing)
        found = set() if face is None else missing & letters_of(face)
        if not found:
            raise _no_font(missing)
        faces.append(face)
        missing -= found
    return faces


def _best(faces: Iterable[Face], missing: set[str]) -> Face | None:
    """Return the face with most of some letters, of equals the one that suits them best."""
    best, most = None, 0
    for face in sorted(faces, key=lambda face: _order(face, missing)):
        n_found = len(missing & letters_of(face))
        if n_found > most:
            best, most = face, n_found
        if most == len(missing):
            break
    return best


def _order(face: Face, missing: set[str]) -> tuple[object, ...]:
    """Return the place of a face: those of the script go first, then upright, regular, sans."""
    scripts = {_script(letter) for letter in missing}
    names = [name for script, some in PREFERRED.items() if script in scripts for name in some]
    rank = names.index(face.name) if face.name in names else len(names)
    is_plain = "Sans" in face.name or "Gothic" in face.name
    is_odd = any(word in face.name for word in ("Mono", "Serif", "Condensed"))
    weight = face.weight if isinstance(face.weight, int) else REGULAR
    style = (face.style != "normal", abs(weight - REGULAR), is_odd, not is_plain)
    return rank, *style, face.name, face.fname


def _script(letter: str) -> str:
    """Return the script of a letter, as the keys of `PREFERRED` name it."""
    word = unicodedata.name(letter, " ").split(" ")[0]
    return SCRIPTS.get(word, word)


def installed_faces() -> list[Face]:
    """Return the faces that matplotlib knows of, without those that only it can use."""
    from matplotlib import get_data_path
    from matplotlib.font_manager import fontManager

    # Its fonts of formulas have letters in odd places, and its last resort boxes for all of them.
    own = Path(get_data_path())
    return [
        face
        for face in fontManager.ttflist
        if face.name == OWN or not Path(face.fname).is_relative_to(own)
    ]


def _new_faces() -> list[Face]:
    """Return fonts that were installed after matplotlib made its list of them, which it keeps."""
    from matplotlib.font_manager import findSystemFonts, ttfFontProperty

    known = {face.fname for face in installed_faces()}
    found = []
    for path in sorted(set(findSystemFonts()) - known):
        with contextlib.suppress(*DAMAGE):
            found.append(ttfFontProperty(_open(path)))
    return found


# What FreeType and matplotlib say of a file that is no font, or an odd one.
DAMAGE = (OSError, RuntimeError, ValueError, KeyError, NotImplementedError, UnicodeError)


def letters_of(face: Face) -> set[str]:
    """Return the letters that a face has; none if it cannot be read or is made of pixels."""
    try:
        font = _open(face.fname, getattr(face, "index", 0))
        return {chr(code) for code in font.get_charmap()} if font.scalable else set()
    except DAMAGE:
        return set()


def _open(path: str, index: int = 0) -> Any:
    """Open a face of a font file."""
    from matplotlib.ft2font import FT2Font

    options: dict[str, Any] = {"face_index": index} if index else {}  # not in older matplotlib
    return FT2Font(path, **options)


def _together(faces: Iterable[Face]) -> set[str]:
    """Return the letters that any of some faces has."""
    return set().union(*map(letters_of, faces))


def _is_regular(face: Face) -> bool:
    """Tell whether a face is upright and of the usual weight."""
    return face.style == "normal" and face.weight in (REGULAR, "normal")


def _face_of_file(file: Path) -> Face:
    """Return the face of a font file.

    Raises
    ------
    UsageError
    """
    from matplotlib.font_manager import FontEntry

    try:
        is_font = _open(str(file)).scalable
    except DAMAGE as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "no font"
        raise UsageError(f"the font {file} cannot be read: {reason}") from error
    if not is_font:
        raise UsageError(f"the font {file} is made of pixels; give a .ttf, .ttc or .otf font")
    return FontEntry(
        fname=str(file), name=str(file), style="normal", variant="normal", weight=REGULAR,
        stretch="normal", size="scalable",
    )  # fmt: skip


def _no_font(missing: set[str]) -> UsageError:
    """Say which letters no font has, and what to install."""
    some = sorted(missing)
    # A control character or half a character does not show.
    shown = " ".join(c if c.isprintable() else f"U+{ord(c):04X}" for c in some[:N_NAMED])
    more = f" and {len(some) - N_NAMED} more" if len(some) > N_NAMED else ""
    is_cjk = any(_script(letter) in PREFERRED for letter in some)
    package = PACKAGES[0] if is_cjk else PACKAGES[1]
    return UsageError(
        f"no font here has {shown}{more}; install one (Debian, Ubuntu: apt install {package}; "
        "macOS and Windows: a Noto font), or name its file with --font"
    )


@contextlib.contextmanager
def named(faces: Sequence[Face]) -> Iterator[list[str]]:
    """Let matplotlib find just these faces, by names that no other font has.

    Yields
    ------
    list of str
        Families, for `font.family`: each glyph is taken from the first that has it.
    """
    from matplotlib.font_manager import fontManager

    entries = [
        dataclasses.replace(
            face, name=f"w2v:{face.fname}:{getattr(face, 'index', 0)}", style="normal",
            variant="normal", weight=REGULAR, stretch="normal",
        )
        for face in faces
    ]  # fmt: skip
    known = fontManager.ttflist
    fontManager.ttflist = [*known, *entries]
    try:
        yield [entry.name for entry in entries]
    finally:
        fontManager.ttflist = known
