"""A model's file to texts and shapes, with nothing in it executed and no weight read."""
