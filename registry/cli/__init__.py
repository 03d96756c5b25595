"""The command line: translate arguments, call one verb, print the answer."""
