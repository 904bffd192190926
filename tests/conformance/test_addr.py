# SPDX-License-Identifier: Apache-2.0
"""The sets addr/*: which addresses do a header value and an envelope path name?

The cases named here are those where exogate decides otherwise; README.md says why, group by group.
"""

from collections.abc import Iterable

# Envelope paths on which exogate and rfc5321_ok differ.
PATH_DIFFERS = {
    "null reverse-path": ["addr-0001"],
    "long local part": [
        "addr-0026",
        "addr-0039",
        "addr-0059",
        "addr-0060",
        "addr-0184",
        "addr-0186",
    ],
    "hyphen at the edge of a label": [
        "addr-0030",
        "addr-0031",
        "addr-0102",
        "addr-0210",
        "addr-0211",
        "addr-0360",
        "addr-0361",
        "addr-0368",
    ],
    "one zero group as ::": ["addr-0071"],
    "escaped octet from 128 up": ["addr-0158"],
}

# Header values that the strict reference reads and exogate refuses.
HEADER_REFUSED = {
    "source route": [
        "hdr-0014",
        "hdr-0169",
        "hdr-0520",
        "hdr-0613",
        "hdr-0614",
        "hdr-0615",
        "hdr-0657",
    ],
    "blank or comment at a dot": [
        "hdr-0015",
        "hdr-0170",
        "hdr-0189",
        "hdr-0266",
        "hdr-0285",
        "hdr-0329",
        "hdr-0330",
        "hdr-0514",
        "hdr-0529",
        "hdr-0540",
        "hdr-0543",
        "hdr-0582",
        "hdr-0598",
    ],
    "control character": ["hdr-0488", "hdr-0643"],
    "no address at all": ["hdr-0534"],
}


def ids_of(groups: dict[str, list[str]]) -> list[str]:
    return sorted(case for group in groups.values() for case in group)


def text(hexadecimal: str) -> str:
    return bytes.fromhex(hexadecimal).decode("utf-8")


def read_value(probe, value: str) -> list[dict] | None:
    """The mailboxes in a field's value, or None if it is refused."""
    answer = probe.ask("list", value.encode("utf-8"))
    return answer["mailboxes"] if answer["ok"] else None


def judge_from(probe, values: Iterable[str]) -> tuple[str, str | None]:
    """What policy makes of the From fields of a message: a verdict and the author's domain."""
    lists = [read_value(probe, value) for value in values]
    if len(lists) != 1 or not lists[0]:
        return "malformed", None
    if len(lists[0]) > 1:
        return "multi", None
    domain_text = text(lists[0][0]["domain_text"])
    domain = text(lists[0][0]["domain"])
    if domain:
        return "ok", domain
    return ("no-domain" if domain_text.startswith("[") else "malformed"), None


def from_agrees(case: dict, verdict: str, domain: str | None) -> bool:
    if verdict == "ok" and domain != case["domain"]:
        return False
    return verdict in case["verdict"].split("-or-")


def from_values_of(header: str) -> list[str]:
    """The values of the From fields in a header, whose name may have blanks behind it."""
    fields = (line.partition(":") for line in header.split("\r\n"))
    return [value for name, _, value in fields if name.rstrip(" \t").lower() == "from"]


def test_from(vectors, mailbox_probe, agreement):
    suite = vectors("addr/from.json")
    cases = [(case, case["from"]) for case in suite["cases"]]
    cases += [(case, from_values_of(case["raw"])) for case in suite["raw_field_cases"]]
    wrong = []
    for case, values in cases:
        verdict, domain = judge_from(mailbox_probe, values)
        if not from_agrees(case, verdict, domain):
            wrong.append((case["id"], verdict, domain, case["verdict"], case["domain"]))
    agreement("addr/from.json", len(cases) - len(wrong), len(cases))
    assert not wrong


def test_path(vectors, mailbox_probe, agreement):
    cases = [case for case in vectors("addr/single.json")["cases"] if "rfc5321_ok" in case]
    differs = sorted(
        case["id"]
        for case in cases
        if mailbox_probe.ask("path", case["addr"].encode("utf-8"))["ok"] != case["rfc5321_ok"]
    )
    documented = ids_of(PATH_DIFFERS)
    agreement(
        "addr/single.json",
        len(cases) - len(differs),
        len(cases),
        f"{len(documented)} documented differences",
    )
    assert differs == documented


def test_other_paths_and_lists_are_survived(vectors, mailbox_probe):
    for case in vectors("addr/single.json")["cases"]:
        for verb in ("path", "list"):
            mailbox_probe.ask(verb, case["addr"].encode("utf-8", "surrogatepass"))


def domains_read(probe, value: str) -> list[str] | None:
    # A value of the set may include the line end that ends its field.
    boxes = read_value(probe, value.removesuffix("\n"))
    return None if boxes is None else [text(box["domain_text"]) for box in boxes]


def domains_expected(case: dict) -> list[str] | None:
    """Of the strict reference; an empty group counts there as an address without domain."""
    if not case["ref"]["ok"]:
        return None
    return [box["domain"] for box in case["ref"]["addrs"] if box["domain"] is not None]


def test_header(vectors, mailbox_probe, agreement):
    cases = vectors("addr/header.json")["cases"]
    refused, wrong = [], []
    agreed = {True: 0, False: 0}
    for case in cases:
        read, expected = domains_read(mailbox_probe, case["value"]), domains_expected(case)
        if read == expected:
            agreed[case["consensus"]] += 1
        elif read is None:
            refused.append(case["id"])
        else:
            wrong.append((case["id"], read, expected))
    for consensus, name in ((True, "consensus"), (False, "no consensus")):
        total = sum(case["consensus"] == consensus for case in cases)
        documented = total - agreed[consensus]
        agreement(
            f"addr/header.json, {name}",
            agreed[consensus],
            total,
            f"{documented} documented as refused",
        )
    assert not wrong, "read what the strict reference does not read"
    assert refused == ids_of(HEADER_REFUSED)
