"""The pages that people see: each reads a visit, calls the domain, and shows its answer in the visitor's language."""
