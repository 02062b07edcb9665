"""Public corpora and evaluation sets by name: what is known of each, and how it is fetched."""
