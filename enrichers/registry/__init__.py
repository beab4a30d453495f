"""enrichers/registry"""
