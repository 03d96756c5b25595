"""A witness of any logs (C2SP tlog-witness): signs what continues all that it signed before, and nothing else."""
