"""The page of `w2v explain`: an update to step through, whose numbers are computed in the page.

`rows.py` says which words may be typed and what their rows are; `writing.py` puts the page
together; `static/update.js` computes, with the same steps as the layers, and the tests hold every
number of it against them. `static/` are plain files: nothing is compiled.
"""
