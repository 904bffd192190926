# SPDX-License-Identifier: Apache-2.0
"""The SMTP prefixes of a stored Microsoft endpoints file: Exchange entries with TCP port 25."""

import json
from pathlib import Path


def smtp_prefixes(path: Path) -> list[str]:
    prefixes: list[str] = []
    for entry in json.loads(path.read_text()):
        ports = [port.strip() for port in entry.get("tcpPorts", "").split(",")]
        if entry.get("serviceArea") == "Exchange" and "25" in ports:
            prefixes += entry.get("ips", [])
    return prefixes
