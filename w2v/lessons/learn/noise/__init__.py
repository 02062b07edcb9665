"""The topic `noise`: the power 0.75, and subsampling beside it."""
