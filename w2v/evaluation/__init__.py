"""How good vectors are, held against what people said: analogies and word similarity."""
