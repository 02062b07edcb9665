"""The topic `one-hot`: one-hot times W is a lookup, and what each of the two costs."""
