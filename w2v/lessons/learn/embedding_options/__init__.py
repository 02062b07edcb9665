"""The topic `embedding-options`: each option of an Embedding, on five rows."""
