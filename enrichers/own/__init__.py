"""Sources a team brings itself: a vendor's or its own tables, named in the configuration."""
