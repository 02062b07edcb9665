"""The parts of `scripts/fuzz.py`.

cases.py      what a case is, where it lies, and how one that failed is kept and made again
child.py      one case in a process of its own: its limits, and what it must not do
judging.py    what every answer of the command line must be, whatever it was given
crew.py       workers that make, run and judge cases side by side
mutations.py  bytes that are cut, flipped, doubled, swapped or replaced
snippets.py   values, keys and whole files of YAML that no config should hold
configs.py    targets `config` and `override`
corpora.py    target `corpus`
runs.py       targets `run` and `checkpoint`
vectors.py    target `vectors`, one for each format
rereading.py  the formats of vectors once more, read by other code
sets.py       target `sets`
large.py      target `large`: a few texts of a gigabyte, each with a bound
"""
