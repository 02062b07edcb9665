"""The topic `cbow-gradient`: the missing factor 1/|C|, and what it does."""
