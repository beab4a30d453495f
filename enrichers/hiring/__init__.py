"""enrichers/hiring"""
