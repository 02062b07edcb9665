"""Many runs: making them by a sweep, reading them, holding them against each other."""
