"""From text files to a stream of word ids: reading, tokenizing, counting, the vocabulary."""
