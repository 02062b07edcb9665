"""The model: embeddings, losses, noise, CBOW and skip-gram. Imports NumPy only."""
