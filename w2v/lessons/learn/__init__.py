"""Short lessons, one idea each, on numbers that the product's own layers compute."""
