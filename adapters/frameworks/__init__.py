"""The shared parts of implementations in array frameworks: numbers of the specification, refusals, sizes of forms.

Python and its standard library only: what has arrays in it is written in each framework from specs/.
"""
