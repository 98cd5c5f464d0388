"""What a field may hold. Everything that reaches the kernel passes here; what is not on a list is refused.

The app has checked it already (main/contract/, main/rules/rule-words.ts). It is checked again because whoever can start
this helper can write to its input.
"""
import ipaddress
import re


class Refused(Exception):
    """Not done, and why: a message for the person at the window."""


INTERFACE = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,14}")
PORTS = re.compile(r"[0-9]{1,5}(:[0-9]{1,5})?")
STATES = {"NEW", "ESTABLISHED", "RELATED", "INVALID", "UNTRACKED", "SNAT", "DNAT"}
PROTOCOLS = {"tcp", "udp", "icmp"}
MODULES = {"conntrack", "state", "tcp", "udp", "icmp"}
TARGETS = {
    "filter": {"ACCEPT", "DROP", "REJECT", "RETURN", "LOG"},
    "nat": {"MASQUERADE", "SNAT", "DNAT", "RETURN", "ACCEPT"},
}
CHAINS = {
    "filter": {"FORWARD", "INPUT", "OUTPUT", "DOCKER-USER"},
    "nat": {"POSTROUTING", "PREROUTING", "OUTPUT"},
}
SETTINGS = re.compile(
    r"net\.ipv4\.(ip_forward|conf\.[A-Za-z][A-Za-z0-9_-]{0,14}"
    r"\.(forwarding|rp_filter|proxy_arp|accept_redirects|send_redirects|log_martians))"
)


def text(value, pattern, what):
    """The value, when it is a string that matches as a whole."""
    if not isinstance(value, str) or not re.fullmatch(pattern, value):
        raise Refused(f"that is not {what}")
    return value


def lab(value):
    return text(value, r"[a-z0-9][a-z0-9-]{0,40}", "a lab's id")


def rule_id(value):
    return text(value, r"[a-z][a-z0-9-]{0,40}", "a rule's id")


def change(value):
    return text(value, r"[0-9a-f]{16}", "a change's number")


def table_and_chain(table, chain):
    if not isinstance(table, str) or table not in CHAINS:
        raise Refused("only the tables filter and nat can be changed")
    if not isinstance(chain, str) or chain not in CHAINS[table]:
        raise Refused("that chain is not one that can be changed")
    return table, chain


def setting(key, value):
    text(key, SETTINGS, "a setting that can be changed")
    text(value, r"[012]", "a value of that setting")
    return key, value


def private_range(value):
    """A private IPv4 network of at most 65536 addresses, as its canonical text."""
    network = _network(value)
    if not network.is_private or network.prefixlen < 16:
        raise Refused("that is not a private network")
    return str(network)


def _network(value):
    if not isinstance(value, str) or len(value) > 18:
        raise Refused("that is not a network")
    try:
        return ipaddress.IPv4Network(value, strict=True)
    except ValueError:
        raise Refused("that is not a network") from None


def _address(value):
    try:
        ipaddress.IPv4Interface(value)
    except ValueError:
        raise Refused("that is not an address") from None


def _to_place(value):
    address, _, port = value.partition(":")
    _address(address)
    if "/" in address or (port and not PORTS.fullmatch(port)):
        raise Refused("that is not an address and port")


def _states(value):
    if not set(value.split(",")) <= STATES:
        raise Refused("that is not a connection state")


def _of(pattern, what):
    def check(value):
        if not re.fullmatch(pattern, value):
            raise Refused(f"that is not {what}")

    return check


# Option → what its value must be. `!` may stand before those of MATCHES.
MATCHES = {
    "-s": _address,
    "-d": _address,
    "-i": _of(INTERFACE, "an interface"),
    "-o": _of(INTERFACE, "an interface"),
    "-p": _of("|".join(sorted(PROTOCOLS)), "a protocol"),
    "--dport": _of(PORTS, "a port"),
    "--sport": _of(PORTS, "a port"),
    "--ctstate": _states,
    "--state": _states,
    "--icmp-type": _of(r"[a-z-]{1,30}|[0-9]{1,3}(/[0-9]{1,3})?", "a type"),
}
OF_TARGET = {
    "--to-source": ("SNAT", _to_place),
    "--to-destination": ("DNAT", _to_place),
    "--reject-with": ("REJECT", _of(r"[a-z-]{1,40}", "an answer")),
    "--log-prefix": ("LOG", _of(r"[A-Za-z0-9:_-]{1,28}", "a prefix")),
}


def rule_words(words, table):
    """The words of one rule, each on the list: matches first, then one target with its options."""
    if not isinstance(words, list) or not 2 <= len(words) <= 40:
        raise Refused("that is not a rule")
    for word in words:
        if not isinstance(word, str) or not 1 <= len(word) <= 64 or not word.isascii():
            raise Refused("that is not a word of a rule")
    target = None
    rest = list(words)
    while rest:
        negated = rest[0] == "!"
        if negated:
            rest.pop(0)
        if len(rest) < 2:
            raise Refused("the rule ends in the middle")
        option, value = rest.pop(0), rest.pop(0)
        if option == "-j" and target is None and not negated:
            if value not in TARGETS[table]:
                raise Refused("that target cannot be used there")
            target = value
        elif option == "-m" and target is None and not negated:
            if value not in MODULES:
                raise Refused("that match is not on the list")
        elif option in MATCHES and target is None:
            MATCHES[option](value)
        elif option in OF_TARGET and not negated and OF_TARGET[option][0] == target:
            OF_TARGET[option][1](value)
        else:
            raise Refused("that option is not on the list")
    if target is None:
        raise Refused("the rule has no target")
    return list(words)
