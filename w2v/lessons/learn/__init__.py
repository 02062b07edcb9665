"""`w2v learn TOPIC`: eight lessons, each of a few steps, that end with a question.

Which there are, in which order, and what each takes, is in `topics.py`. Each has a
folder: `lesson.py` tells it, and the other files make its numbers.
"""
