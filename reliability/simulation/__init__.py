"""The simulation of the scheduler, and its figures."""
