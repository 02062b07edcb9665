"""The topic `scatter-add`: why `+=` loses the gradients of repeated ids."""
