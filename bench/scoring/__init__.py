"""Lists that come from elsewhere, scored by the same code as our own."""
