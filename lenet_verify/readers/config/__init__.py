"""A model's config, as Keras writes it into files, to an `Architecture`.

Nothing in a config is executed, imported or opened: it is data, whatever it says.
"""
