"""enrichers/firmographic"""
