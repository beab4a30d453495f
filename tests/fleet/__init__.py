"""Nights that several machines read."""
