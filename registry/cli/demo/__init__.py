"""The tour that `registry demo` gives: drawn pictures, a story told with the real verbs, and the edits of a thief."""
