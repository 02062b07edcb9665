"""The topic `analogy`: the parallelogram, and what leaving out words hides."""
