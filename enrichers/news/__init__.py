"""enrichers/news"""
