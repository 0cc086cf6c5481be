"""Which differences are real, how large they are, and where nothing can be said."""
