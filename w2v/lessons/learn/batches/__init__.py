"""The topic `batches`: five lines of matrices, and why they are fast."""
