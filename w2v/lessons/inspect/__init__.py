"""`w2v corpus inspect`: what a text is like, what training on it costs, and a config for it.

The files of the text are found in `source.py`, looked over as they lie there in `looking.py`, and
counted by the product's own `encode_corpus`. What follows from the counts is in `counts.py` and
`spelling.py`, the config in `suggesting.py`, the lesson in `telling.py`; `inspecting.py` goes
through all of it, and is the file to read first.
"""
