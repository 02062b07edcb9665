"""`w2v exercise`: eight small steps to a word2vec of the learner's own.

`tasks/` has a file for each step: what is asked, the right answer by the product's own layers, and
the mistakes that are known. `folder.py` is where the learner's files are, `stub.py` writes them.
`running.py` starts a process for their code, `child.py` is what runs in it. `comparing.py` finds
what is wrong in its numbers, and `verdicts.py` says it. `telling.py` tells of all that comes before
a check, and `training.py` puts the eight together.
"""
