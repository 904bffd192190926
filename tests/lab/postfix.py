# SPDX-License-Identifier: Apache-2.0
"""A Postfix instance of its own: configuration, queue, data directory and log below one folder.

It takes mail from the wire only and delivers nothing locally: what the milter has judged goes to
the next hop.  The system's own Postfix, if one is set up, is not touched; only its package's
files in /etc/postfix (postfix-files, dynamicmaps.cf) are read, main.cf there need not exist.
"""

import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from .certificates import Certificates
from .commands import run, wait_until
from .namespaces import Namespace

HOSTNAME = "relay.example.net"

# smtpd is chrooted, as Debian's is: the milter's socket must be below the queue directory.
MASTER_CF = """\
smtp      inet  n       -       y       -       -       smtpd
cleanup   unix  n       -       y       -       0       cleanup
qmgr      unix  n       -       n       300     1       qmgr
tlsmgr    unix  -       -       y       1000?   1       tlsmgr
rewrite   unix  -       -       y       -       -       trivial-rewrite
bounce    unix  -       -       y       -       0       bounce
defer     unix  -       -       y       -       0       bounce
trace     unix  -       -       y       -       0       bounce
smtp      unix  -       -       y       -       -       smtp
error     unix  -       -       y       -       -       error
retry     unix  -       -       y       -       -       error
anvil     unix  -       -       y       -       1       anvil
scache    unix  -       -       y       -       1       scache
postlog   unix-dgram n  -       n       -       1       postlogd
"""


class Postfix:
    def __init__(self, directory: Path, namespace: Namespace):
        self.directory = directory
        self.namespace = namespace
        self.config = directory / "etc"
        self.queue = directory / "queue"
        self.log = directory / "mail.log"

    @property
    def socket_directory(self) -> Path:
        """Where the milter puts its socket: inside smtpd's chroot."""
        return self.queue / "exogate"

    def create(self, addresses: Sequence[str], nexthop: str, relay_for: Sequence[str],
               certificates: Certificates, more: Mapping[str, str] | None = None) -> None:
        """Writes the configuration: listen on `addresses`, relay for the prefixes `relay_for`.

        `more` is for main.cf, and comes before what is set here.
        """
        for directory in (self.directory, self.config, self.queue):
            directory.mkdir()
        (self.directory / "data").mkdir(mode=0o700)
        shutil.chown(self.directory / "data", "postfix")
        self.socket_directory.mkdir()
        # Setgid: the socket that exogated makes there belongs to the group that smtpd runs in.
        shutil.chown(self.socket_directory, "root", "postfix")
        os.chmod(self.socket_directory, 0o2750)
        (self.config / "exo.cidr").write_text("".join(f"{p} permit\n" for p in relay_for))
        (self.config / "master.cf").write_text(MASTER_CF)
        self._write_main_cf(addresses, nexthop, certificates, more or {})

    def _write_main_cf(self, addresses: Sequence[str], nexthop: str,
                       certificates: Certificates, more: Mapping[str, str]) -> None:
        settings = {
            "compatibility_level": "3.6",
            "queue_directory": self.queue,
            "data_directory": self.directory / "data",
            # There is no syslog: Postfix's own postlogd writes the log.
            "maillog_file": self.log,
            "maillog_file_prefixes": self.directory,
            "myhostname": HOSTNAME,
            "inet_interfaces": ", ".join(f"[{a}]" if ":" in a else a for a in addresses),
            "mynetworks": "",
            "mydestination": "",
            "alias_maps": "",
            "alias_database": "",
            "local_recipient_maps": "",
            "local_transport": "error:no local delivery",
            "default_transport": f"smtp:[{nexthop}]:25",
            # No name service is within reach.
            "smtpd_peername_lookup": "no",
            "smtp_dns_support_level": "disabled",
            "smtpd_tls_security_level": "may",
            "smtpd_tls_cert_file": certificates.server.cert,
            "smtpd_tls_key_file": certificates.server.key,
            "smtpd_tls_CAfile": certificates.ca.cert,
            "smtpd_tls_ask_ccert": "yes",
            "smtpd_tls_loglevel": "1",
            # Only for the addresses that the milter judges as Exchange Online's.
            "smtpd_relay_restrictions":
                f"check_client_access cidr:{self.config}/exo.cidr, reject",
            "smtpd_milters": "unix:exogate/milter.sock",
            "milter_default_action": "tempfail",
            # A line of the header would be cut at a NUL.
            "message_reject_characters": r"\0",
        }
        if self._knows("smtpd_forbid_bare_newline"):
            settings["smtpd_forbid_bare_newline"] = "normalize"
        settings |= more
        (self.config / "main.cf").write_text(
            "".join(f"{name} = {value}\n" for name, value in settings.items()))

    def _knows(self, name: str) -> bool:
        """Whether this version has the setting; postconf prints it only then."""
        (self.config / "main.cf").touch()
        return name in run(["postconf", "-c", self.config, "-d", name])

    def start(self) -> None:
        self.namespace.run(["postfix", "-c", self.config, "start"])
        wait_until(self._listens, "Postfix to listen on port 25")

    def version(self) -> str:
        return run(["postconf", "-c", self.config, "-h", "mail_version"]).strip()

    def _listens(self) -> bool:
        return bool(self.namespace.run(["ss", "-Hltn", "sport = :25"]).strip())
