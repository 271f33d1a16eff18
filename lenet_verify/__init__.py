"""A paper's architectural claims, made executable."""
