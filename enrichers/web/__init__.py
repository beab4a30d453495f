"""enrichers/web"""
