"""`w2v gradcheck`: what each layer says its derivative is, against what the loss says."""
