"""A second, naive simulator written from the model's description, to find errors in the engine."""
