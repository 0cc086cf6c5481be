"""Equal-budget search for parameters, on the validation part only."""
