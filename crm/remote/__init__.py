"""What all CRMs behind a web API share: the session, the call budget, the mapping, the checks, the connector's base.

A connector is one file in `crm/` with a subclass of `crm.remote.connector.RemoteCrm` and a mapping in `crm/mappings/`.
"""
