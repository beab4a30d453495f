"""The body of an answer within bounds: of size, whatever it unpacks to, and of time, however slowly it comes."""

from __future__ import annotations

import time

import requests
from urllib3.exceptions import HTTPError

from accounts.errors import CrmUnavailable

MOST_BYTES = 400_000_000
MOST_SECONDS = 900.0
_CHUNK = 1 << 16


def read_body(response: requests.Response, crm: str) -> None:
    """Reads the whole body into the response, unpacked. Raises requests.RequestException where it breaks off or takes too long, CrmUnavailable above the bound."""
    ends, parts, size = time.monotonic() + MOST_SECONDS, list[bytes](), 0
    try:
        while part := response.raw.read1(_CHUNK, decode_content=True):
            parts.append(part)
            size += len(part)
            if size > MOST_BYTES:
                raise CrmUnavailable(  # noqa: TRY301 - the response is closed below
                    f"An answer unpacks to more than {MOST_BYTES:,} bytes.", crm=crm
                )
            if time.monotonic() > ends:
                raise requests.ReadTimeout(f"the answer took longer than {MOST_SECONDS:.0f} s")
    except (requests.RequestException, CrmUnavailable):
        response.close()
        raise
    except (HTTPError, OSError) as error:
        response.close()
        raise requests.ConnectionError(error) from error
    response._content = b"".join(parts)
