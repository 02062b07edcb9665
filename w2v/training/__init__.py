"""From a config and a corpus to trained weights: draws, schedule, the loop over chunks."""
