"""Draw a view as a picture for papers and slides: a file a kind of picture, with matplotlib.

`choosing.py` makes the picture that a user asks for, `pictures.py` writes it. Every picture is a
`Picture`: what it draws, and the texts in it, for which fonts are found before anything is drawn.
"""
