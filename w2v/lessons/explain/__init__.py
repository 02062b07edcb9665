"""`w2v explain`: one update of CBOW with every number in it."""
