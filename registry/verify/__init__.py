"""The verifier: hash functions, proof checks and format parsers, on Python's standard library alone.

The service, the ledger's own self-check, the tests and the kit that a court receives all call this
one implementation. Everything here is a pure function of its arguments and raises nothing but
:class:`registry.verify.errors.VerificationError`, whatever it is given; only ``__main__`` reads files.

    proof = TlogProof.parse(text)
    checkpoint = proof.verify(leaf_hash(entry), VerifierKey.parse("example.com/log+8b7d1c7e+AW..."))

Strictness is one rule throughout: parse, format again, compare. What does not reproduce itself is
malformed, so no two byte strings mean the same thing.
"""
