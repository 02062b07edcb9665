"""The topic `softmax-or-negative-sampling`: what both cost, and how far they agree."""
