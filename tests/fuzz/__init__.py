"""Model files that nobody meant to read, for each reader: `python -m tests.fuzz KIND`.

seeds.py       saved models of both Keras's, made once, in a cache folder
pool.py        what is found in the seeds: keys, values, names, to build new files from
structure.py   edits of a config that know what a config is
containers.py  a config in a .json, .keras or .h5 file, and out of it
exercise.py    one file read, judged, drawn and shown, and what may come of it
targets.py     the three kinds: how a file of each is read and changed
guided.py      the loop, led by coverage
"""
