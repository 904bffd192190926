# SPDX-License-Identifier: Apache-2.0
"""The canonical forms of RFC 6376 3.4, slow and as the text has them; nothing here is exogate's."""

import re


def lines_of(text: bytes) -> list[bytes]:
    """Without their ends; LF counts as CR LF.  The last one is what no line end follows."""
    return re.split(rb"\r?\n", text)


def simple_header(name: bytes, value: bytes) -> bytes:
    """3.4.1: as it is."""
    return name + b":" + b"\r\n".join(lines_of(value)) + b"\r\n"


def relaxed_header(name: bytes, value: bytes) -> bytes:
    """3.4.2: name in lower case, lines joined, blanks reduced to one and none at either end."""
    unfolded = b"".join(lines_of(value))
    reduced = re.sub(rb"[ \t]+", b" ", unfolded)
    return name.strip(b" \t").lower() + b":" + reduced.strip(b" ") + b"\r\n"


def simple_body(body: bytes) -> bytes:
    """3.4.3: empty lines at the end are ignored, and it ends in one line end."""
    lines = lines_of(body)
    while lines and not lines[-1]:
        lines.pop()
    return b"".join(line + b"\r\n" for line in lines) or b"\r\n"


def relaxed_body(body: bytes) -> bytes:
    """3.4.4: blanks in a line are reduced to one, and none at its end; an empty body stays so."""
    lines = [re.sub(rb"[ \t]+", b" ", line).rstrip(b" ") for line in lines_of(body)]
    while lines and not lines[-1]:
        lines.pop()
    return b"".join(line + b"\r\n" for line in lines)


HEADERS = {"simple": simple_header, "relaxed": relaxed_header}
BODIES = {"simple": simple_body, "relaxed": relaxed_body}
