"""Answers that other programs gave; see the design of the ledger for where they come from."""

LEAVES = [
    bytes.fromhex(leaf)
    for leaf in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
"""The leaves of the tests of RFC 6962 implementations."""
ROOTS_BEGIN = ["6e340b9c", "fac54203", "aeb6bcfe", "d37ee418", "4e3bbb1f", "76e67dad", "ddb89be4", "5dc9da79"]
"""The roots of the first 1 to 8 of them."""

NOTE_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
NOTE_TEXT = "This is an example message.\n"
NOTE_SIGNATURE = "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM="
NOTE = f"{NOTE_TEXT}\n\N{EM DASH} example.com/foo {NOTE_SIGNATURE}\n"
"""The example of c2sp.org/signed-note."""

LOG_SIGNER = "PRIVATE+KEY+example.com/log/testdata+33d7b496+AeymY/SZAX0jZcJ8enZ5FY1Dz+wTML2yWSkK+9DSF3eg"
"""Public test data of transparency-dev/tessera."""
LOG_LEAVES = b"one two three four five six seven eit nain ten ileven twelf threeten fourten fivten".split()
LOG_PROOF_OF_6_IN_15 = (
    "ThcgoV2DYcK+VCxBUDWAlNxmLy2r7dq7dK7+OlgQKWs=",
    "ycRkkNklus5eMVRUvkD1pK321vMrA+jjOiZKU8aOcY4=",
    "zY1lN35vrXYAPixXSd59LsU29xUJtuW4o2dNNg5Y2Co=",
    "5jLpqTgjsBDSEX6SgZiRnbTMdTuRd8bQ5tSsAOxe0Ks=",
)
LOG_PROOF_FILE_SHA256 = ("25d90ac4", "7d3ecb")
"""How the SHA-256 of the proof file of index 6 in size 15 begins and ends."""
