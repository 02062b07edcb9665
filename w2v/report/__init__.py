"""What there is to see of runs: the views, and how they are drawn on a page or into a file."""
