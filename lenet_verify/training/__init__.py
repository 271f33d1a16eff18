"""A spec's network, trained on data by its recipe: what `lenet-verify train` does."""
