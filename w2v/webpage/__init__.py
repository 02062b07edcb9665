"""What every page of w2v has in common: how it is written as one file, its style, its theme."""
