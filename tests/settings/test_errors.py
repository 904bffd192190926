# SPDX-License-Identifier: Apache-2.0
"""Each class of error with the exact line that names it, its place and its mend."""

import os

import pytest

from .conftest import BASE, ENDPOINTS, Settings, exogated

GUID = "1234abcd-18c5-45e8-88de-123456789abc"
OTHER_GUID = "00000000-18c5-45e8-88de-123456789abc"
URL = "https://endpoints.office.com/endpoints/worldwide?clientrequestid=UUID"
LISTENER = 'not a socket; write "unix:PATH", "inet:PORT@HOST" or "inet6:PORT@HOST"'
LISTEN = 'listen = [ "unix:/var/spool/postfix/exogate/milter.sock" ]'
DOMAINS = 'domains = [ "contoso.com", "contoso.onmicrosoft.com" ]'
NO_U_LABELS = ("not a domain name of IDNA2008, in lower case; write it as the registry shows it, "
               "or the A-label (xn--...)")
SUFFIX = "a suffix that others have domains under; write the whole domain"
WIDE = "wider than /8 (IPv4) or /16 (IPv6); name the networks that are meant"
BLANK = "a blank before or behind it, which no certificate has; write it without"
DOT = "ends in a dot, which Authentication-Results leave out; write it without"
NO_GUID = "not a GUID; it looks like 1234abcd-18c5-45e8-88de-123456789abc"


def tenant(**keys: str) -> str:
    """A list with one tenant, on one line; keys of a valid one changed, added or ("") removed."""
    given = {"name": '"contoso"', "ids": f'[ "{GUID}" ]',
             "domains": '[ "contoso.com", "contoso.onmicrosoft.com" ]'} | keys
    return "tenants = ( { " + "".join(f"{k} = {v}; " for k, v in given.items() if v) + "} );"


# What the one changed line of the base is, and all that is printed about it.  Line numbers: listen
# 1, authserv_id 2, acl 3, dkim 4, tenants 5, more from 6 on.
CHANGED = {
    # Keys.
    "unknown-near": (
        {"extra": 'certficate: { };'},
        'exogate.conf:6: certficate: unknown key; did you mean "certificate"?'),
    "unknown-far": (
        {"extra": 'hosted: { quux = 1; };'},
        "exogate.conf:6: hosted.quux: unknown key; known here: domains"),
    "unknown-long": (
        {"extra": f'hosted: {{ {"d" * 100} = 1; }};'},
        f'exogate.conf:6: hosted.{"d" * 76}...: unknown key; known here: domains'),
    "unknown-in-tenant": (
        {"tenants": tenant(domain='"x"')},
        'exogate.conf:5: tenants[0].domain: unknown key; did you mean "domains"?'),
    "case-matters": (
        {"extra": 'Mode = "enforce";'},
        'exogate.conf:6: Mode: unknown key; did you mean "mode"?'),
    "of-a-later-version": (
        {"tenants": tenant(directory='"x"')},
        "exogate.conf:5: tenants[0].directory: unknown key; known here: name, ids, unknown_ids, "
        "domains, originator_orgs, dkim_domains, secret_header, proofs, proofs_reason, required, "
        "relay_addresses, forwarding, mode, refusal, rate_limit, rewrite"),
    "missing-listen": ({"listen": ""}, f"exogate.conf: listen: missing; write {LISTEN}"),
    "missing-authserv-id": (
        {"authserv_id": ""},
        'exogate.conf: authserv_id: missing; write authserv_id = "relay.example.net"'),
    "missing-acl": (
        {"acl": ""},
        'exogate.conf: acl: missing; '
        'write acl: { source = "/var/lib/exogate/microsoft.json"; }'),
    "missing-acl-source": (
        {"acl": "acl: { };"},
        'exogate.conf:3: acl.source: missing; '
        'write source = "/var/lib/exogate/microsoft.json"'),
    "missing-tenants": (
        {"tenants": ""},
        'exogate.conf: tenants: missing; '
        'write tenants = ( { name = "contoso"; domains = [ "contoso.com" ]; } )'),
    "missing-tenant-name": (
        {"tenants": tenant(name="")},
        'exogate.conf:5: tenants[0].name: missing; write name = "contoso"'),
    "missing-tenant-domains": (
        {"tenants": tenant(domains="")},
        f"exogate.conf:5: tenants[0].domains: missing; write {DOMAINS}"),
    "missing-map": (
        {"tenants": tenant(rewrite="{ }")},
        'exogate.conf:5: tenants[0].rewrite.map: missing; '
        'write map = "/etc/exogate/contoso.map"'),
    # Shapes.
    "string-for-list": (
        {"tenants": tenant(domains='"contoso.com"')},
        f"exogate.conf:5: tenants[0].domains: expected a list of strings; write {DOMAINS}"),
    "number-for-string": (
        {"extra": "mode = 1;"},
        'exogate.conf:6: mode: expected a string; write mode = "enforce"'),
    "boolean-for-string": (
        {"extra": "mode = true;"},
        'exogate.conf:6: mode: expected a string; write mode = "enforce"'),
    "list-for-string": (
        {"extra": 'mode = [ "enforce" ];'},
        'exogate.conf:6: mode: expected a string; write mode = "enforce"'),
    "number-in-list": (
        {"listen": "listen = [ 25 ];"},
        f"exogate.conf:1: listen[0]: expected a string; write {LISTEN}"),
    "group-in-list": (
        {"listen": "listen = ( { } );"},
        f"exogate.conf:1: listen[0]: expected a string; write {LISTEN}"),
    "string-for-group": (
        {"acl": f'acl = "{ENDPOINTS}";'},
        'exogate.conf:3: acl: expected a group; '
        'write acl: { source = "/var/lib/exogate/microsoft.json"; }'),
    "group-for-list": (
        {"tenants": 'tenants: { name = "contoso"; };'},
        'exogate.conf:5: tenants: expected a list of groups; '
        'write tenants = ( { name = "contoso"; domains = [ "contoso.com" ]; } )'),
    "string-for-tenant": (
        {"tenants": 'tenants = ( "contoso" );'},
        'exogate.conf:5: tenants[0]: expected a group; '
        'write tenants = ( { name = "contoso"; domains = [ "contoso.com" ]; } )'),
    "proofs-in-quotes": (
        {"tenants": tenant(proofs='"2"')},
        "exogate.conf:5: tenants[0].proofs: expected a number without quotes; write proofs = 2"),
    "proofs-fraction": (
        {"tenants": tenant(proofs="1.5")},
        "exogate.conf:5: tenants[0].proofs: expected a number without quotes; write proofs = 2"),
    # Empty lists.
    "empty-listen": ({"listen": "listen = [ ];"},
                     f"exogate.conf:1: listen: an empty list; write {LISTEN}"),
    "empty-tenants": (
        {"tenants": "tenants = ( );"},
        'exogate.conf:5: tenants: an empty list; '
        'write tenants = ( { name = "contoso"; domains = [ "contoso.com" ]; } )'),
    "empty-domains": ({"tenants": tenant(domains="[ ]")},
                      f"exogate.conf:5: tenants[0].domains: an empty list; write {DOMAINS}"),
    "empty-ids": (
        {"tenants": tenant(ids="[ ]")},
        f'exogate.conf:5: tenants[0].ids: an empty list; write ids = [ "{GUID}" ]'),
    "empty-originator-orgs": (
        {"tenants": tenant(originator_orgs="( )")},
        'exogate.conf:5: tenants[0].originator_orgs: an empty list; '
        'write originator_orgs = [ "contoso.com" ]'),
    "empty-dkim-domains": (
        {"tenants": tenant(dkim_domains="[ ]")},
        'exogate.conf:5: tenants[0].dkim_domains: an empty list; '
        'write dkim_domains = [ "contoso.com" ]'),
    "empty-certificate-names": (
        {"extra": "certificate: { names = [ ]; };"},
        'exogate.conf:6: certificate.names: an empty list; '
        'write names = [ "mail.protection.outlook.com" ]'),
    # Listeners.
    "listen-postfix-spelling": (
        {"listen": 'listen = [ "inet:127.0.0.1:8891" ];'},
        f'exogate.conf:1: listen[0]: "inet:127.0.0.1:8891": {LISTENER}'),
    "listen-no-kind": ({"listen": 'listen = [ "/run/milter.sock" ];'},
                       f'exogate.conf:1: listen[0]: "/run/milter.sock": {LISTENER}'),
    "listen-empty": ({"listen": 'listen = [ "" ];'}, f'exogate.conf:1: listen[0]: "": {LISTENER}'),
    "listen-port-word": ({"listen": 'listen = [ "inet:smtp@localhost" ];'},
                         f'exogate.conf:1: listen[0]: "inet:smtp@localhost": {LISTENER}'),
    "listen-port-none": (
        {"listen": 'listen = [ "inet:@localhost" ];'},
        'exogate.conf:1: listen[0]: "inet:@localhost": the port is not from 1 to 65535'),
    "listen-port-zero": (
        {"listen": 'listen = [ "inet:0@localhost" ];'},
        'exogate.conf:1: listen[0]: "inet:0@localhost": the port is not from 1 to 65535'),
    "listen-port-large": (
        {"listen": 'listen = [ "inet:65536@localhost" ];'},
        'exogate.conf:1: listen[0]: "inet:65536@localhost": the port is not from 1 to 65535'),
    "listen-port-huge": (
        {"listen": 'listen = [ "inet:4294967321@localhost" ];'},
        'exogate.conf:1: listen[0]: "inet:4294967321@localhost": the port is not from 1 to 65535'),
    "listen-relative": (
        {"listen": 'listen = [ "unix:milter.sock" ];'},
        'exogate.conf:1: listen[0]: "unix:milter.sock": the path of the socket is not absolute'),
    "listen-long": (
        {"listen": f'listen = [ "unix:/{"x" * 107}" ];'},
        f'exogate.conf:1: listen[0]: "unix:/{"x" * 70}...": '
        'the path is longer than the 107 bytes that a socket can have'),
    "listen-v6-as-inet": (
        {"listen": 'listen = [ "inet:8891@::1" ];'},
        'exogate.conf:1: listen[0]: "inet:8891@::1": '
        'the host is neither a name nor an IPv4 address'),
    "listen-v4-as-inet6": (
        {"listen": 'listen = [ "inet6:8891@127.0.0.1" ];'},
        'exogate.conf:1: listen[0]: "inet6:8891@127.0.0.1": '
        'the host is neither a name nor an IPv6 address'),
    "listen-v4-malformed": (
        {"listen": 'listen = [ "inet:8891@127.0.0.256" ];'},
        'exogate.conf:1: listen[0]: "inet:8891@127.0.0.256": '
        'the host is neither a name nor an IPv4 address'),
    "listen-twice": (
        {"listen": 'listen = [ "unix:/a", "unix:/a" ];'},
        'exogate.conf:1: listen[1]: "unix:/a" is in the list already (exogate.conf:1)'),
    "listen-kind-case": ({"listen": 'listen = [ "unix:/a", "UNIX:/a" ];'},
                         f'exogate.conf:1: listen[1]: "UNIX:/a": {LISTENER}'),
    "control-is-listen": (
        {"listen": 'listen = [ "unix:/a", "unix:/b" ];', "extra": 'control = "/b";'},
        'exogate.conf:6: control: "/b" is where "listen" has the mail server connect to; choose '
        'another path'),
    # Single values.
    "user": ({"extra": 'user = "exogate mail";'},
             'exogate.conf:6: user: "exogate mail": not the name of an account'),
    "user-empty": ({"extra": 'user = "";'},
                   'exogate.conf:6: user: "": not the name of an account'),
    "authserv-id-token": (
        {"authserv_id": 'authserv_id = "relay;example";'},
        'exogate.conf:2: authserv_id: "relay;example": not a domain name'),
    "authserv-id-control": (
        {"authserv_id": 'authserv_id = "relay\\nexample";'},
        'exogate.conf:2: authserv_id: "relay?example": not a domain name'),
    "mode": ({"extra": 'mode = "Enforce";'},
             'exogate.conf:6: mode: "Enforce": unknown; write "enforce" or "monitor"'),
    "other-clients": (
        {"acl": f'acl: {{ source = "{ENDPOINTS}"; other_clients = "accept"; }};'},
        'exogate.conf:3: acl.other_clients: "accept": unknown; write "reject" or "pass"'),
    "certificate-missing": (
        {"extra": 'certificate: { missing = "reject"; };'},
        'exogate.conf:6: certificate.missing: "reject": unknown; write "tempfail" or "ignore"'),
    "certificate-name-empty": (
        {"extra": 'certificate: { names = [ "" ]; };'},
        'exogate.conf:6: certificate.names[0]: "": not a name of 1 to 256 bytes'),
    "certificate-name-twice": (
        {"extra": 'certificate: { names = [ "a.example", "A.example" ]; };'},
        'exogate.conf:6: certificate.names[1]: "a.example" is in the list already '
        '(exogate.conf:6)'),
    "certificate-name-blank-before": (
        {"extra": 'certificate: { names = [ " a.example" ]; };'},
        f'exogate.conf:6: certificate.names[0]: " a.example": {BLANK}'),
    "certificate-name-blank-behind": (
        {"extra": 'certificate: { names = [ "a.example\\t" ]; };'},
        f'exogate.conf:6: certificate.names[0]: "a.example?": {BLANK}'),
    "authserv-id-dot": (
        {"authserv_id": 'authserv_id = "relay.example.net.";'},
        f'exogate.conf:2: authserv_id: "relay.example.net.": {DOT}'),
    # The access list.
    "source-relative": (
        {"acl": 'acl: { source = "microsoft.json"; };'},
        'exogate.conf:3: acl.source: "microsoft.json": not an absolute path'),
    "source-absent": (
        {"acl": 'acl: { source = "$DIR/none.json"; };'},
        f"exogate.conf:3: acl.source: cannot read none.json: No such file or directory; "
        f"save there what {URL} answers"),
    "source-no-json": (
        {"acl": 'acl: { source = "$DIR/exogate.conf"; };'},
        f"exogate.conf:3: acl.source: exogate.conf: line 1: '[' or '{{' expected near 'listen'; "
        f"save there what {URL} answers"),
    "allow-host-bits": (
        {"acl": f'acl: {{ source = "{ENDPOINTS}"; allow = [ "10.0.0.1/8" ]; }};'},
        'exogate.conf:3: acl.allow[0]: "10.0.0.1/8": bits are set beyond the length'),
    "allow-no-address": (
        {"acl": f'acl: {{ source = "{ENDPOINTS}"; allow = [ "example.net" ]; }};'},
        'exogate.conf:3: acl.allow[0]: "example.net": not an IPv4 or IPv6 address'),
    "allow-length": (
        {"acl": f'acl: {{ source = "{ENDPOINTS}"; allow = [ "10.0.0.0/33" ]; }};'},
        'exogate.conf:3: acl.allow[0]: "10.0.0.0/33": '
        'the length after the slash is not a number that fits the address'),
    "allow-everyone": (
        {"acl": f'acl: {{ source = "{ENDPOINTS}"; allow = [ "::/0" ]; }};'},
        f'exogate.conf:3: acl.allow[0]: "::/0": {WIDE}'),
    "allow-half-of-everyone": (
        {"acl": f'acl: {{ source = "{ENDPOINTS}"; allow = [ "128.0.0.0/1" ]; }};'},
        f'exogate.conf:3: acl.allow[0]: "128.0.0.0/1": {WIDE}'),
    "allow-wide": (
        {"acl": f'acl: {{ source = "{ENDPOINTS}"; allow = [ "10.0.0.0/7" ]; }};'},
        f'exogate.conf:3: acl.allow[0]: "10.0.0.0/7": {WIDE}'),
    "allow-wide-v6": (
        {"acl": f'acl: {{ source = "{ENDPOINTS}"; allow = [ "2000::/15" ]; }};'},
        f'exogate.conf:3: acl.allow[0]: "2000::/15": {WIDE}'),
    "allow-twice": (
        {"acl": f'acl: {{ source = "{ENDPOINTS}"; allow = [ "10.1.2.3", "10.1.2.3/32" ]; }};'},
        'exogate.conf:3: acl.allow[1]: "10.1.2.3/32" is in the list already (exogate.conf:3)'),
    # DKIM.
    "dkim-untrusted": (
        {"dkim": 'dkim: { source = "authres"; };'},
        "exogate.conf:4: dkim.trusted_authserv_id: missing; write the name that the verifier gives "
        "itself in Authentication-Results"),
    "dkim-own-name": (
        {"dkim": 'dkim: { source = "authres"; trusted_authserv_id = "Relay.example.net"; };'},
        "exogate.conf:4: dkim.trusted_authserv_id: the same as authserv_id, whose results are "
        "removed; give the verifier a name of its own"),
    "dkim-dot": (
        {"dkim": 'dkim: { source = "authres"; trusted_authserv_id = "dkim.example.net."; };'},
        f'exogate.conf:4: dkim.trusted_authserv_id: "dkim.example.net.": {DOT}'),
    "dkim-idle-name": (
        {"dkim": 'dkim: { trusted_authserv_id = "dkim.example.net"; };'},
        'exogate.conf:4: dkim.trusted_authserv_id: has no use while dkim.source is "native"; '
        'write source = "authres"'),
    "dkim-none-two-proofs": (
        {"dkim": 'dkim: { source = "none"; };'},
        'exogate.conf:5: tenants[0].proofs: 2 proofs need signatures that are verified, and '
        'dkim.source is "none"; set dkim.source, or write proofs = 1'),
    "nine-name-servers": (
        {"extra": "dns: { servers = [ %s ]; };" % ", ".join(f'"192.0.2.{i}"' for i in range(9))},
        "exogate.conf:6: dns.servers: 9 name servers; at most 8 are asked"),
    "name-server-empty": (
        {"extra": 'dns: { servers = [ "" ]; };'},
        'exogate.conf:6: dns.servers[0]: "": not a server; write "ADDRESS", "ADDRESS:PORT" '
        'or "[ADDRESS]:PORT"'),
    "name-server-name": (
        {"extra": 'dns: { servers = [ "localhost" ]; };'},
        'exogate.conf:6: dns.servers[0]: "localhost": not a server; write "ADDRESS", "ADDRESS:PORT" '
        'or "[ADDRESS]:PORT"'),
    "name-server-port-0": (
        {"extra": 'dns: { servers = [ "192.0.2.1:0" ]; };'},
        'exogate.conf:6: dns.servers[0]: "192.0.2.1:0": not a server; write "ADDRESS", "ADDRESS:PORT" '
        'or "[ADDRESS]:PORT"'),
    "name-server-port-high": (
        {"extra": 'dns: { servers = [ "192.0.2.1:65536" ]; };'},
        'exogate.conf:6: dns.servers[0]: "192.0.2.1:65536": not a server; write "ADDRESS", "ADDRESS:PORT" '
        'or "[ADDRESS]:PORT"'),
    "name-server-no-port": (
        {"extra": 'dns: { servers = [ "192.0.2.1:" ]; };'},
        'exogate.conf:6: dns.servers[0]: "192.0.2.1:": not a server; write "ADDRESS", "ADDRESS:PORT" '
        'or "[ADDRESS]:PORT"'),
    "name-server-open-bracket": (
        {"extra": 'dns: { servers = [ "[::1" ]; };'},
        'exogate.conf:6: dns.servers[0]: "[::1": not a server; write "ADDRESS", "ADDRESS:PORT" '
        'or "[ADDRESS]:PORT"'),
    "name-server-bracketed-v4": (
        {"extra": 'dns: { servers = [ "[192.0.2.1]" ]; };'},
        'exogate.conf:6: dns.servers[0]: "[192.0.2.1]": not a server; write "ADDRESS", "ADDRESS:PORT" '
        'or "[ADDRESS]:PORT"'),
    "name-server-after-bracket": (
        {"extra": 'dns: { servers = [ "[::1]53" ]; };'},
        'exogate.conf:6: dns.servers[0]: "[::1]53": not a server; write "ADDRESS", "ADDRESS:PORT" '
        'or "[ADDRESS]:PORT"'),
    "name-server-after-port": (
        {"extra": 'dns: { servers = [ "192.0.2.1:53x" ]; };'},
        'exogate.conf:6: dns.servers[0]: "192.0.2.1:53x": not a server; write "ADDRESS", "ADDRESS:PORT" '
        'or "[ADDRESS]:PORT"'),
    "name-server-bracket-no-port": (
        {"extra": 'dns: { servers = [ "[::1]:" ]; };'},
        'exogate.conf:6: dns.servers[0]: "[::1]:": not a server; write "ADDRESS", "ADDRESS:PORT" '
        'or "[ADDRESS]:PORT"'),
    "name-server-bracket-port-0": (
        {"extra": 'dns: { servers = [ "[::1]:0" ]; };'},
        'exogate.conf:6: dns.servers[0]: "[::1]:0": not a server; write "ADDRESS", "ADDRESS:PORT" '
        'or "[ADDRESS]:PORT"'),
    "name-server-bracket-word": (
        {"extra": 'dns: { servers = [ "[::1]x53" ]; };'},
        'exogate.conf:6: dns.servers[0]: "[::1]x53": not a server; write "ADDRESS", "ADDRESS:PORT" '
        'or "[ADDRESS]:PORT"'),
    "name-server-v6-cut": (
        {"extra": 'dns: { servers = [ "2001:db8" ]; };'},
        'exogate.conf:6: dns.servers[0]: "2001:db8": not a server; write "ADDRESS", "ADDRESS:PORT" '
        'or "[ADDRESS]:PORT"'),
    # Tenants.
    "name-blank": (
        {"tenants": tenant(name='"con toso"')},
        'exogate.conf:5: tenants[0].name: "con toso": '
        'not a name of 1 to 64 letters, digits, "_" and "-"'),
    "name-long": (
        {"tenants": tenant(name=f'"{"x" * 65}"')},
        f'exogate.conf:5: tenants[0].name: "{"x" * 65}": '
        'not a name of 1 to 64 letters, digits, "_" and "-"'),
    "id-short": ({"tenants": tenant(ids='[ "1234abcd" ]')},
                 f'exogate.conf:5: tenants[0].ids[0]: "1234abcd": {NO_GUID}'),
    "id-braces": ({"tenants": tenant(ids=f'[ "{{{GUID}}}" ]')},
                  f'exogate.conf:5: tenants[0].ids[0]: "{{{GUID}}}": {NO_GUID}'),
    "id-not-hex": (
        {"tenants": tenant(ids=f'[ "{GUID[:-1]}g" ]')},
        f'exogate.conf:5: tenants[0].ids[0]: "{GUID[:-1]}g": {NO_GUID}'),
    "id-consumer": (
        {"tenants": tenant(ids='[ "84DF9E7F-E9F6-40AF-B435-AAAAAAAAAAAA" ]')},
        'exogate.conf:5: tenants[0].ids[0]: "84DF9E7F-E9F6-40AF-B435-AAAAAAAAAAAA": '
        "Microsoft's consumer service (outlook.com), where anyone can send from"),
    "id-nil": (
        {"tenants": tenant(ids='[ "00000000-0000-0000-0000-000000000000" ]')},
        'exogate.conf:5: tenants[0].ids[0]: "00000000-0000-0000-0000-000000000000": '
        "the GUID that stands for none; no tenant has it"),
    "id-twice": (
        {"tenants": tenant(ids=f'[ "{GUID}", "{GUID.upper()}" ]')},
        f'exogate.conf:5: tenants[0].ids[1]: "{GUID}" is in the list already (exogate.conf:5)'),
    "domain-consumer": (
        {"tenants": tenant(domains='[ "contoso.com", "Outlook.com." ]')},
        'exogate.conf:5: tenants[0].domains[1]: "Outlook.com.": '
        "Microsoft's consumer service (outlook.com), where anyone can send from"),
    "subdomains-consumer": (
        {"tenants": tenant(domains='[ ".hotmail.com" ]')},
        'exogate.conf:5: tenants[0].domains[0]: ".hotmail.com": '
        "Microsoft's consumer service (outlook.com), where anyone can send from"),
    "org-consumer": (
        {"tenants": tenant(originator_orgs='[ "outlook.com" ]')},
        'exogate.conf:5: tenants[0].originator_orgs[0]: "outlook.com": '
        "Microsoft's consumer service (outlook.com), where anyone can send from"),
    "signer-consumer": (
        {"tenants": tenant(dkim_domains='[ "live.com" ]')},
        'exogate.conf:5: tenants[0].dkim_domains[0]: "live.com": '
        "Microsoft's consumer service (outlook.com), where anyone can send from"),
    "domain-empty-label": (
        {"tenants": tenant(domains='[ "contoso..com" ]')},
        'exogate.conf:5: tenants[0].domains[0]: "contoso..com": not a domain name'),
    "domain-dot": ({"tenants": tenant(domains='[ "." ]')},
                   'exogate.conf:5: tenants[0].domains[0]: ".": not a domain name'),
    "domain-empty": ({"tenants": tenant(domains='[ "" ]')},
                     'exogate.conf:5: tenants[0].domains[0]: "": not a domain name'),
    "domain-address": (
        {"tenants": tenant(domains='[ "user@contoso.com" ]')},
        'exogate.conf:5: tenants[0].domains[0]: "user@contoso.com": not a domain name'),
    "domain-kelvin-sign": (
        {"tenants": tenant(domains='[ "ban\u212a.example" ]')},
        f'exogate.conf:5: tenants[0].domains[0]: "ban\u212a.example": {NO_U_LABELS}'),
    "domain-capital-u-label": (
        {"tenants": tenant(domains='[ ".\u00dcnchen.example" ]')},
        f'exogate.conf:5: tenants[0].domains[0]: ".\u00dcnchen.example": {NO_U_LABELS}'),
    "domain-u-and-a-label": (
        {"tenants": tenant(domains='[ "m\u00fcnchen.example", "xn--mnchen-3ya.example", '
                                   '"contoso.onmicrosoft.com" ]')},
        'exogate.conf:5: tenants[0].domains[1]: "xn--mnchen-3ya.example" is in the list already '
        '(exogate.conf:5)'),
    "org-kelvin-sign": (
        {"tenants": tenant(originator_orgs='[ "ban\u212a.example" ]')},
        f'exogate.conf:5: tenants[0].originator_orgs[0]: "ban\u212a.example": {NO_U_LABELS}'),
    "dkim-kelvin-sign": (
        {"tenants": tenant(dkim_domains='[ "ban\u212a.example" ]')},
        f'exogate.conf:5: tenants[0].dkim_domains[0]: "ban\u212a.example": {NO_U_LABELS}'),
    "hosted-emoji": (
        {"extra": 'hosted: { domains = [ "\U0001f600.example" ]; };'},
        f'exogate.conf:6: hosted.domains[0]: "\U0001f600.example": {NO_U_LABELS}'),
    "domain-twice": (
        {"tenants": tenant(domains='[ "a.onmicrosoft.com", "A.onmicrosoft.com." ]')},
        'exogate.conf:5: tenants[0].domains[1]: "a.onmicrosoft.com" is in the list already '
        '(exogate.conf:5)'),
    "domain-single-label": (
        {"tenants": tenant(domains='[ "COM." ]')},
        f'exogate.conf:5: tenants[0].domains[0]: "COM.": {SUFFIX}'),
    "domain-suffix": (
        {"tenants": tenant(domains='[ "onmicrosoft.com" ]')},
        f'exogate.conf:5: tenants[0].domains[0]: "onmicrosoft.com": {SUFFIX}'),
    "subdomains-of-a-label": (
        {"tenants": tenant(domains='[ ".com" ]')},
        f'exogate.conf:5: tenants[0].domains[0]: ".com": {SUFFIX}'),
    "subdomains-of-a-suffix": (
        {"tenants": tenant(domains='[ ".OnMicrosoft.us" ]')},
        f'exogate.conf:5: tenants[0].domains[0]: ".OnMicrosoft.us": {SUFFIX}'),
    "hosted-suffix": (
        {"extra": 'hosted: { domains = [ ".onmicrosoft.com" ]; };'},
        f'exogate.conf:6: hosted.domains[0]: ".onmicrosoft.com": {SUFFIX}'),
    "org-suffix": (
        {"tenants": tenant(originator_orgs='[ "partner.onmschina.cn" ]')},
        f'exogate.conf:5: tenants[0].originator_orgs[0]: "partner.onmschina.cn": {SUFFIX}'),
    "dkim-suffix": (
        {"tenants": tenant(dkim_domains='[ "onmicrosoft.com" ]')},
        f'exogate.conf:5: tenants[0].dkim_domains[0]: "onmicrosoft.com": {SUFFIX}'),
    "org-dotted": (
        {"tenants": tenant(originator_orgs='[ ".contoso.com" ]')},
        'exogate.conf:5: tenants[0].originator_orgs[0]: ".contoso.com": not a domain name'),
    "proofs-none": ({"tenants": tenant(proofs="0")},
                    "exogate.conf:5: tenants[0].proofs: 0: out of range; from 1 to 3"),
    "proofs-four": ({"tenants": tenant(proofs="4")},
                    "exogate.conf:5: tenants[0].proofs: 4: out of range; from 1 to 3"),
    "proofs-negative": ({"tenants": tenant(proofs="-1")},
                        "exogate.conf:5: tenants[0].proofs: -1: out of range; from 1 to 3"),
    "proofs-64-bit": (
        {"tenants": tenant(proofs="999999999L")},
        "exogate.conf:5: tenants[0].proofs: 999999999: out of range; from 1 to 3"),
    "tenant-mode": (
        {"tenants": tenant(mode='"off"')},
        'exogate.conf:5: tenants[0].mode: "off": unknown; write "enforce" or "monitor"'),
    "relay-address": (
        {"tenants": tenant(relay_addresses='[ "192.0.2.256" ]')},
        'exogate.conf:5: tenants[0].relay_addresses[0]: "192.0.2.256": '
        'not an IPv4 or IPv6 address'),
    # Limits.
    "limit-literal": (
        {"extra": "limits: { connections = 10000; };"},
        'exogate.conf:6: limits.connections: expected a number in quotes; '
        'write connections = "10000"'),
    "limit-zero": ({"extra": 'limits: { messages = "0"; };'},
                   'exogate.conf:6: limits.messages: "0": out of range; from 1 to 100K'),
    "limit-over": ({"extra": 'limits: { messages = "100001"; };'},
                   'exogate.conf:6: limits.messages: "100001": out of range; from 1 to 100K'),
    "limit-20-digits": (
        {"extra": 'limits: { connections = "18446744073709551621"; };'},
        'exogate.conf:6: limits.connections: "18446744073709551621": out of range; '
        'from 1 to 65000'),
    "limit-product": (
        {"extra": 'limits: { message_header = "18014398509481985K"; };'},
        'exogate.conf:6: limits.message_header: "18014398509481985K": out of range; '
        'from 64K to 8M'),
    "limit-unit": (
        {"extra": 'limits: { message_header = "1MB"; };'},
        'exogate.conf:6: limits.message_header: "1MB": '
        'not a number, with or without K, M or G; from 64K to 8M'),
    "limit-small": (
        {"extra": 'limits: { message_header = "65535"; };'},
        'exogate.conf:6: limits.message_header: "65535": out of range; from 64K to 8M'),
    "limit-negative": (
        {"extra": 'limits: { connections = "-1"; };'},
        'exogate.conf:6: limits.connections: "-1": '
        'not a number, with or without K or M; from 1 to 65000'),
    "limit-word": (
        {"extra": 'limits: { connections = "many"; };'},
        'exogate.conf:6: limits.connections: "many": '
        'not a number, with or without K or M; from 1 to 65000'),
    "limit-empty": (
        {"extra": 'limits: { idle = ""; };'},
        'exogate.conf:6: limits.idle: "": not a number with s, m, h or d; from 1s to 1d'),
    "limit-no-unit": (
        {"extra": 'limits: { idle = "600"; };'},
        'exogate.conf:6: limits.idle: "600": not a number with s, m, h or d; from 1s to 1d'),
    "source-without-check": (
        {"acl": f'acl: {{ check = "none"; source = "{ENDPOINTS}"; }};'},
        'exogate.conf:3: acl.source: has no use while acl.check is "none"; take one of them out'),
    "acl-none-with-pool": (
        {"acl": 'acl: { check = "none"; relay_pool = "accept"; };'},
        'exogate.conf:3: acl.relay_pool: has no use while acl.check is "none"; '
        'take one of them out'),
    "instance-unknown": (
        {"acl": f'acl: {{ source = "{ENDPOINTS}"; instance = "germany"; }};'},
        'exogate.conf:3: acl.instance: "germany": unknown; '
        'write "worldwide" or "china" or "gcc-high" or "dod"'),
    "list-of-another-instance": (
        {"acl": f'acl: {{ source = "{ENDPOINTS}"; instance = "gcc-high"; }};'},
        "exogate.conf:3: acl.instance: the list is worldwide's, not gcc-high's; save what "
        f"{URL.replace('worldwide', 'USGovGCCHigh')} answers as {ENDPOINTS}, or write "
        'instance = "worldwide"'),
    "no-list-of-an-instance": (
        {"acl": 'acl: { source = "$DIR/none.json"; instance = "china"; };'},
        "exogate.conf:3: acl.source: cannot read none.json: No such file or directory; "
        f"save there what {URL.replace('worldwide', 'China')} answers"),
    "pool-not-accepted": (
        {"acl": f'acl: {{ source = "{ENDPOINTS}"; relay_pool = true; }};'},
        'exogate.conf:3: acl.relay_pool: expected a string; write relay_pool = "ignore"'),
    "names-without-check": (
        {"extra": 'certificate: { check = "none"; names = [ "mail.example" ]; };'},
        'exogate.conf:6: certificate.names: has no use while certificate.check is "none"; '
        'take one of them out'),
    "exempt-without-check": (
        {"extra": 'certificate: { check = "none"; exempt = [ "127.0.0.1" ]; };'},
        'exogate.conf:6: certificate.exempt: has no use while certificate.check is "none"; '
        'take one of them out'),
    "ids-known-and-unknown": (
        {"tenants": tenant(unknown_ids='"ignore"')},
        'exogate.conf:5: tenants[0].unknown_ids: the ids are known; take it out, or the ids'),
    "required-twice": (
        {"tenants": tenant(required='[ "stamp", "stamp" ]')},
        'exogate.conf:5: tenants[0].required[1]: "stamp" is in the list already (exogate.conf:5)'),
    "required-of-nobody": (
        {"dkim": 'dkim: { source = "none"; };',
         "tenants": tenant(proofs="1", required='[ "signature" ]')},
        'exogate.conf:5: tenants[0].required: nobody verifies signatures while dkim.source is '
        '"none"; set dkim.source, or take "signature" out'),
    "forwarding": (
        {"tenants": tenant(forwarding='"always"')},
        'exogate.conf:5: tenants[0].forwarding: "always": unknown; write "reject" or "srs" or '
        '"resent-from"'),
    "forwarding-of-nothing-verified": (
        {"dkim": 'dkim: { source = "none"; };',
         "tenants": tenant(proofs="1", proofs_reason='"a test"', forwarding='"srs"')},
        'exogate.conf:5: tenants[0].forwarding: "srs" needs signatures that are verified, and '
        'dkim.source is "none"; set dkim.source, or write forwarding = "reject"'),
    **{f"reply-{name}": (
        {"extra": f'replies = ( {{ reason = "{reason}"; text = "{text}"; }} );'},
        f"exogate.conf:6: replies[0].{fault}") for name, reason, text, fault in [
            ("no-reason", "conflict", "No",
             'reason: "conflict": no reason of exogate\'s; exogated(8) has them'),
            ("of-what-passes", "authorised", "No",
             'reason: "authorised": what is accepted has no reply; take it out'),
            ("percent", "busy", "100%",
             'text: "100%": a reply holds printable ASCII alone, without "%", which mail servers '
             "take for something else; leave out what is not"),
            ("last-line", "busy", r"No\n", r'text: "No?": ends in a line break; take it out'),
            ("empty-line", "busy", r"No\n\nNo",
             'text: "No??No": a reply has no empty lines; take them out'),
            ("many-lines", "busy", r"a\na\na\na\na\na\na",
             'text: "a?a?a?a?a?a?a": more than 6 lines; say it in fewer')]},
    "reply-twice": (
        {"extra": 'replies = ( { reason = "busy"; text = "a"; }, '
                  '{ reason = "busy"; text = "b"; } );'},
        'exogate.conf:6: replies[1].reason: "busy" is already a reason with a reply '
        "(exogate.conf:6)"),
    "message-percent": (
        {"extra": 'exota: { reject_message = "100%"; };'},
        'exogate.conf:6: exota.reject_message: "100%": a reply holds printable ASCII alone, '
        'without "%", which mail servers take for something else; leave out what is not'),
    "message-lines": (
        {"extra": 'exota: { tempfail_message = "a\\r\\nb"; };'},
        'exogate.conf:6: exota.tempfail_message: "a??b": a reply holds printable ASCII alone, '
        'without "%", which mail servers take for something else; leave out what is not'),
    "message-long": (
        {"extra": f'exota: {{ reject_message = "{"x" * 201}"; }};'},
        f'exogate.conf:6: exota.reject_message: "{"x" * 76}...": not a text of 1 to 200 bytes'),
    "limit-idle-long": ({"extra": 'limits: { idle = "25h"; };'},
                        'exogate.conf:6: limits.idle: "25h": out of range; from 1s to 1d'),
}


@pytest.mark.parametrize("changed, line", CHANGED.values(), ids=CHANGED.keys())
def test_one_error(settings: Settings, changed: dict[str, str], line: str) -> None:
    changed = dict(changed)
    answer = settings.check(changed.pop("extra", ""), **changed)
    assert (answer.lines, answer.out, answer.code) == ([line], "", 1)


NO_GATE = {"acl": 'acl: { check = "none"; };', "extra": 'certificate: { check = "none"; };'}
WARNING = ("exogate.conf:3: warning: acl.check: whoever reaches the mail server is taken for "
           "Exchange Online")


def test_neither_address_nor_certificate_is_an_open_relay(settings: Settings) -> None:
    """Unless what nobody can write, a signature, is demanded."""
    changed = dict(NO_GATE)
    extra = changed.pop("extra")
    answer = settings.check(extra, **changed, tenants=tenant(proofs="1"))
    assert (answer.code, len(answer.lines)) == (1, 1)
    assert answer.lines[0].startswith("exogate.conf:5: tenants[0].proofs: an open relay: neither ")
    for good in (tenant(proofs="2"), tenant(proofs="1", required='[ "signature" ]')):
        answer = settings.check(extra, **changed, tenants=good)
        assert (answer.code, answer.lines[0]) == (0, WARNING)


def test_the_certificate_as_the_only_gate(settings: Settings) -> None:
    answer = settings.check(acl=NO_GATE["acl"])
    assert (answer.code, answer.lines) == (0, [f"{WARNING} if the certificate is Microsoft's"])


TWO = ('tenants = (\n  {{ name = "contoso"; ids = [ "' + GUID + '" ];\n'
       '    domains = [ "contoso.onmicrosoft.com", ".contoso.com" ]; }},\n'
       '  {{ name = "{name}"; ids = [ "{id}" ];\n'
       '    domains = [ "fabrikam.onmicrosoft.com", "{domain}" ]; }} );')

BETWEEN = {
    "name": ({"name": "contoso"},
             'exogate.conf:8: tenants[1].name: "contoso" is already the name of a tenant '
             '(exogate.conf:6)'),
    "id": ({"id": GUID.upper()},
           f'exogate.conf:8: tenants[1].ids[0]: "{GUID}" is already the id of a tenant '
           '(exogate.conf:6)'),
    "domain": ({"domain": "Contoso.onmicrosoft.com"},
               'exogate.conf:9: tenants[1].domains[1]: "contoso.onmicrosoft.com" is already the '
               'domain of tenant "contoso" (exogate.conf:7)'),
    "subdomains": ({"domain": ".contoso.com"},
                   'exogate.conf:9: tenants[1].domains[1]: ".contoso.com" is already the '
                   'domain of tenant "contoso" (exogate.conf:7)'),
}


@pytest.mark.parametrize("changed, line", BETWEEN.values(), ids=BETWEEN.keys())
def test_two_tenants_claim_the_same(settings: Settings, changed: dict, line: str) -> None:
    valid = {"name": "fabrikam", "id": OTHER_GUID, "domain": "fabrikam.example"}
    answer = settings.check(tenants=TWO.format(**valid | changed))
    assert (answer.lines, answer.code) == ([line], 1)


def test_a_name_may_be_one_tenants_and_its_subdomains_anothers(settings: Settings) -> None:
    answer = settings.check(tenants=TWO.format(name="f", id=OTHER_GUID, domain="contoso.com"))
    assert (answer.lines, answer.code) == ([], 0)


COMMA = "a string follows another; write a comma between them"
NUL = "a string holds \\x00, which would end it there; take it out"
DIGITS = ("a number has more than 9 digits (8 with 0x), which would be taken for another one; "
          "write a smaller one")

SYNTAX = {
    "comma": ('domains = [ "contoso.com"\n "contoso.onmicrosoft.com" ];\n',
              f"exogate.conf:2: {COMMA}"),
    "comma-same-line": ('listen = [ "unix:/a""unix:/b" ];\n', f"exogate.conf:1: {COMMA}"),
    "comma-behind-comments": ('a = ( "b" # c,\n// d,\r\n/* e,\n*/\t\f"f" );\n',
                              f"exogate.conf:4: {COMMA}"),
    "nul-escaped": ('domains = [ "contoso.com\\x00.evil" ];\n', f"exogate.conf:1: {NUL}"),
    "nul-escaped-twice": ('a = "\\\\x00";\nb = "\\\\\\X00";\n', f"exogate.conf:2: {NUL}"),
    "digits": ("proofs = 4294967297;\n", f"exogate.conf:1: {DIGITS}"),
    "digits-64-bit": ("proofs = 18446744073709551617L;\n", f"exogate.conf:1: {DIGITS}"),
    "digits-negative": ("proofs = -4294967295;\n", f"exogate.conf:1: {DIGITS}"),
    "digits-hex": ("proofs = 0x100000001;\n", f"exogate.conf:1: {DIGITS}"),
    "bracket": ('listen = [ "a"\nmode = "enforce";\n',
                "exogate.conf:2: syntax error; a bracket, quote, comma or semicolon is missing "
                "or too many"),
    "repeated": ('mode = "enforce";\n\nmode = "monitor";\n',
                 "exogate.conf:3: duplicate setting name; a key can stand once in its group"),
    "mixed": ('\nlisten = [ "a", 1 ];\n',
              "exogate.conf:2: mismatched element type in array; what is in [ ] is of one type"),
    "nul": (b"mode = \"enforce\";\n\0", "exogate.conf: cannot be read: there is a NUL byte in it"),
    "nested": ("a = " + "(" * 100000, "exogate.conf:1: memory exhausted"),
    "open-string": ('mode = "enforce";\nuser = "exogate;\n\n',
                    'exogate.conf:2: a string begins here and has no end; write "'),
    "open-string-escaped": ('user = "exogate\\"',
                            'exogate.conf:1: a string begins here and has no end; write "'),
    "open-comment": ('/* all\n * of it\n', "exogate.conf:1: a comment begins here and has no end; "
                     "write */"),
    "include-absent": ('mode = "enforce";\n@include "/nonexistent/x.conf"\n',
                       'exogate.conf:2: @include "/nonexistent/x.conf": '
                       'No such file or directory'),
    "include-relative": ('@include "more.conf"\n',
                         'exogate.conf:1: @include "more.conf": not an absolute path'),
    "include-directory": ('/* a\n*/ # b\n  @include   "/tmp"\n',
                          'exogate.conf:3: @include "/tmp": Is a directory'),
    "include-itself": ('@include "$DIR/exogate.conf"\n@include "$DIR/exogate.conf"\n',
                       "exogate.conf:1: @include: more than 10 deep; does a file include itself?"),
}


@pytest.mark.parametrize("text, line", SYNTAX.values(), ids=SYNTAX.keys())
def test_syntax(settings: Settings, text: str | bytes, line: str) -> None:
    answer = settings.check_text(text)
    assert (answer.lines, answer.code) == ([line], 1)


def test_an_error_names_the_included_file(settings: Settings) -> None:
    settings.write("more.conf", "# more\nmode = \"off\";\n")
    answer = settings.check('@include "$DIR/more.conf"')
    assert answer.lines == ['more.conf:2: mode: "off": unknown; write "enforce" or "monitor"']


def test_a_syntax_error_names_the_included_file(settings: Settings) -> None:
    settings.write("more.conf", "mode = ;\n")
    answer = settings.check('@include "$DIR/more.conf"')
    assert answer.lines == ["more.conf:1: syntax error; a bracket, quote, comma or semicolon is "
                            "missing or too many"]


def test_an_open_string_names_the_included_file(settings: Settings) -> None:
    settings.write("more.conf", '\nmode = "enforce;\n')
    answer = settings.check('@include "$DIR/more.conf"')
    assert answer.lines == ['more.conf:2: a string begins here and has no end; write "']


@pytest.mark.parametrize("lines, place", [
    (['a = [ "b"', '@include "$DIR/more.conf"', "];"], "more.conf:2"),
    (['a = [', '@include "$DIR/more.conf"', '"b" ];'], "exogate.conf:8"),
])
def test_a_comma_is_missing_beside_an_include(settings: Settings, lines: list[str],
                                              place: str) -> None:
    settings.write("more.conf", '# more\n"c"\n')
    answer = settings.check(*lines)
    assert (answer.lines, answer.code) == ([f"{place}: {COMMA}"], 1)


def test_all_that_no_value_can_hold(settings: Settings) -> None:
    answer = settings.check('a = [ "b" "c" ];', 'd = "\\x00";', "e = 1234567890;")
    assert answer.lines == [f"exogate.conf:6: {COMMA}", f"exogate.conf:7: {NUL}",
                            f"exogate.conf:8: {DIGITS}"]


def test_no_control_characters_are_printed(settings: Settings) -> None:
    """Of a file's name in the settings, or of their own."""
    settings.path = settings.write("a\n\33[1m.conf", f'@include "/no\33[1m\x7f"\n')
    done = exogated("check", "-c", settings.path)
    assert done.stderr == (f'{settings.directory}/a??[1m.conf:1: @include "/no?[1m?": '
                           "No such file or directory\n")


def test_an_error_names_both_files(settings: Settings) -> None:
    settings.write("more.conf", '"contoso.com" ]; } );\n')
    answer = settings.check(tenants="", *[
        'tenants = ( { name = "contoso"; domains = [ "contoso.onmicrosoft.com", "contoso.com",',
        '@include "$DIR/more.conf"'])
    assert answer.lines == ['more.conf:1: tenants[0].domains[2]: "contoso.com" is in the list '
                            'already (exogate.conf:5)']


@pytest.mark.parametrize("path, why", [("", "Is a directory"),
                                       ("none.conf", "No such file or directory")])
def test_file_that_cannot_be_read(settings: Settings, path: str, why: str) -> None:
    settings.path = settings.directory / path
    done = exogated("check", "-c", settings.path)
    assert (done.stderr, done.returncode) == (f"{settings.path}: cannot be read: {why}\n", 1)


FILES = {
    "include": ({"extra": '@include "$DIR/fifo"'}, 'exogate.conf:6: @include "fifo": '),
    "acl": ({"acl": 'acl: { source = "$DIR/fifo"; };'},
            "exogate.conf:3: acl.source: cannot read fifo: "),
    "map": ({"tenants": tenant(rewrite='{ map = "$DIR/fifo"; }')},
            "exogate.conf:5: tenants[0].rewrite.map: cannot read fifo: "),
    "secret": ({"tenants": tenant(secret_header='{ name = "X-Secret"; values = "<$DIR/fifo"; }')},
               "exogate.conf:5: tenants[0].secret_header.values: cannot read fifo: "),
    "table": ({"tenants": "", "extra": 'tenant_table = "$DIR/fifo";'},
              "exogate.conf:5: tenant_table: cannot read fifo: "),
}
NO_FILE = "neither a regular file nor a pipe without a name"


@pytest.mark.parametrize("changed, start", FILES.values(), ids=FILES.keys())
def test_a_named_pipe_is_not_waited_for(settings: Settings, changed: dict[str, str],
                                        start: str) -> None:
    """Nobody writes to it; a daemon that reads its settings anew would hang."""
    os.mkfifo(settings.directory / "fifo")
    answer = settings.check(*[line for key, line in changed.items() if key == "extra"],
                            **{key: line for key, line in changed.items() if key != "extra"})
    assert ([line.split("; save")[0] for line in answer.lines], answer.code) == (
        [start + NO_FILE], 1)


@pytest.mark.parametrize("path", ["fifo", "/dev/zero"])
def test_settings_that_are_no_file(settings: Settings, path: str) -> None:
    os.mkfifo(settings.directory / "fifo")
    settings.path = settings.directory / path
    done = exogated("check", "-c", settings.path)
    assert (done.stderr, done.returncode) == (f"{settings.path}: cannot be read: {NO_FILE}\n", 1)


def test_all_errors_in_one_run(settings: Settings) -> None:
    answer = settings.check("hosted: { domain = 1; };", 'limits: { idle = "5"; messages = 1; };',
                            listen="listen = [ ];", acl='acl: { source = "/nonexistent"; };',
                            tenants=tenant(ids='[ "x" ]', proofs="7"))
    assert [line.split(": ")[:2] for line in answer.lines] == [
        ["exogate.conf:1", "listen"], ["exogate.conf:5", "tenants[0].ids[0]"],
        ["exogate.conf:5", "tenants[0].proofs"], ["exogate.conf:6", "hosted.domain"],
        ["exogate.conf:7", "limits.idle"], ["exogate.conf:7", "limits.messages"],
        ["exogate.conf:3", "acl.source"]]


def test_many_errors_are_counted(settings: Settings) -> None:
    answer = settings.check("hosted: { domains = [ " + ", ".join(['"a..b"'] * 250) + " ]; };")
    assert len(answer.lines) == 101
    assert answer.lines[-1] == "exogate.conf: 150 more errors"


def test_the_base_itself_has_no_error(settings: Settings) -> None:
    assert len(BASE) == 5
    answer = settings.check()
    assert (answer.lines, answer.out, answer.code) == (
        [], "exogate.conf: ok: 1 tenant, 2 domains, 6 Microsoft prefixes\n", 0)
