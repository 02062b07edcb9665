"""What computes the update rule: one contract, and the engines that fulfil it."""
