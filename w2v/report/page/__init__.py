"""The views of runs as one HTML page that opens anywhere, without a network.

`writing.py` puts it together: what is read without a script is made in `sections.py`, the numbers
in `data.py`, and what they say in one sentence in `saying.py`. `static/` has the page's own style
and scripts, which are plain files: nothing is compiled.
"""
