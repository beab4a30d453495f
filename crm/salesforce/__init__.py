"""Salesforce: accounts over the REST API, our own fields in bulk.

Sources: Salesforce REST API Developer Guide, Bulk API 2.0 Developer Guide, Tooling API reference. What was not seen against a live org is
marked in `docs/salesforce.md`.
"""

from crm.salesforce.connector import Salesforce, open_salesforce

__all__ = ["Salesforce", "open_salesforce"]
