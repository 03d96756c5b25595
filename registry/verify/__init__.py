"""The verifier: hash functions, proof checks and format parsers, on Python's standard library alone.

The service, the ledger's own self-check, the tests and the kit a court receives all call this one
implementation. Everything here is a pure function of its arguments; nothing here reads a clock, a
file or a network, except ``__main__``, which reads the files it is given.
"""
