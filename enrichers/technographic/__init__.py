"""enrichers/technographic"""
