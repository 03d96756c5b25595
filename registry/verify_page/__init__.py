"""The verifier as one page that works from a disk, in a browser: what `registry.verify` is in Python.

Its sources bear the names of the files of `registry.verify` that they say the same as. Beside them stand `hashing` and
`numbers`, for what Python has built in, and `page`, `chinese` and `chinese_checks`, for what people see. The same files
get the same report from both, word for word.
"""
