"""What answers are worth: one module per kind of metric, found by name through `bench.metrics.registry`."""
