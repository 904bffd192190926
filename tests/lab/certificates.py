# SPDX-License-Identifier: Apache-2.0
"""A CA made for one run, with the relay's server certificate and Exchange Online's client one.

EC keys: the three certificates are there in a few milliseconds.
"""

from pathlib import Path

from .commands import run

CLIENT_NAME = "mail.protection.outlook.com"


class Pair:
    """A certificate and its key, PEM, for a name."""

    def __init__(self, directory: Path, name: str):
        self.cert = directory / f"{name}.cert.pem"
        self.key = directory / f"{name}.key.pem"


class Certificates:
    def __init__(self, directory: Path):
        self.directory = directory
        self.ca = Pair(directory, "ca")
        self.server = Pair(directory, "server")
        self.client = Pair(directory, "client")

    def create(self, server_name: str, server_addresses: tuple[str, ...]) -> None:
        self.directory.mkdir()
        names = ",".join([f"DNS:{server_name}", *(f"IP:{a}" for a in server_addresses)])
        _make(self.ca, "exogate lab CA", "-addext", "basicConstraints=critical,CA:TRUE",
              "-addext", "keyUsage=critical,keyCertSign,cRLSign")
        self._issue(self.server, server_name, f"subjectAltName={names}", "serverAuth")
        self._issue(self.client, CLIENT_NAME, f"subjectAltName=DNS:{CLIENT_NAME}", "clientAuth")

    def _issue(self, pair: Pair, common_name: str, names: str, purpose: str) -> None:
        _make(pair, common_name, "-CA", self.ca.cert, "-CAkey", self.ca.key,
              "-addext", "basicConstraints=critical,CA:FALSE", "-addext", names,
              "-addext", f"extendedKeyUsage={purpose}")


def _make(pair: Pair, common_name: str, *options: str | Path) -> None:
    run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-noenc", "-days", "2", "-subj", f"/CN={common_name}", "-keyout", pair.key,
         "-out", pair.cert, *options])
