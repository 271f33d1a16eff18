"""Small models for the tests, importable by name as a user's own would be."""
