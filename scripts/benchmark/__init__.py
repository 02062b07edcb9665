"""The parts of `scripts/bench.py`.

measurements.py  what is measured: a table of contenders, columns and what each is held against
asking.py        the same for vectors that are there: questions, evaluation, reading of files
programs.py      how each program is started with a given config, and what it says of its run
askers.py        the same for what asks, scores or reads vectors
race.py          contenders taking turns, each in a process of its own
process.py       one process: its time, its peak memory, what it printed and when
child.py         what runs inside the processes that are no command of their own
child_asking.py  the same for what makes, asks, scores or reads vectors
tables.py        medians, ratios pair by pair, and tables of 80 columns
machine.py       what the figures depend on
"""
