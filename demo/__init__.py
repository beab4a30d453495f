"""A small invented world to run against: companies, sites, registries, boards, feeds, a CRM export, and its truth."""
