"""The closed list of changes: what each finds, does and takes back. Taking back twice, or what was never done, is harmless."""
import os
import re

import kernel
import words
from words import Refused

NETWORKS = "/etc/vbox/networks.conf"
USUAL_RANGE = "192.168.56.0/21"


def tag(lab, rule, change):
    """At most 120 characters: nft keeps 128 of a comment."""
    return f"hoplab:{lab}/{rule}:{change}"


OURS = re.compile(r'"hoplab:[a-z0-9-]+/[a-z0-9-]+:([0-9a-f]{16})"')


class Sysctl:
    fields = {"key", "value"}
    lasts = False

    def check(self, given):
        words.setting(given["key"], given["value"])
        return given

    def says(self, given):
        return f"sysctl -w {given['key']}={given['value']}"

    def find(self, given, _tag):
        path = kernel.setting_path(given["key"])
        along = kernel.forwarding_along() if "forward" in given["key"] else {}
        return {"path": path, "value": kernel.read_setting(path), "along": along}

    def handed_on(self, earlier, later):
        """What a later change of the same setting found, once the earlier one is taken back before it."""
        if earlier["path"] != later["path"]:
            return None
        return {**later, "value": earlier["value"], "along": {**later["along"], **earlier["along"]}}

    def apply(self, given, found, _tag):
        if found["value"] != given["value"]:
            kernel.write_setting(found["path"], given["value"])

    def undo(self, found, _pending):
        for path, value in [(found["path"], found["value"]), *found["along"].items()]:
            # An interface that has gone took its settings with it.
            if os.path.exists(path) and kernel.read_setting(path) != value:
                kernel.write_setting(path, value)


class AddRule:
    fields = {"table", "chain", "words"}
    lasts = False

    def __init__(self, flag):
        self.flag = flag

    def check(self, given):
        words.table_and_chain(given["table"], given["chain"])
        words.rule_words(given["words"], given["table"])
        return given

    def says(self, given):
        return " ".join(["iptables", "-t", given["table"], self.flag, given["chain"], *given["words"]])

    def _spec(self, given, mark):
        at = given["words"].index("-j")
        return [*given["words"][:at], "-m", "comment", "--comment", mark, *given["words"][at:]]

    def find(self, given, mark):
        return {"table": given["table"], "chain": given["chain"], "spec": self._spec(given, mark), "tag": mark}

    def apply(self, given, found, _tag):
        kernel.run("iptables", "-w", "5", "-t", given["table"], self.flag, given["chain"], *found["spec"])

    def undo(self, found, _pending):
        """Only rules with this change's own tag, one at a time: the whole rule is named, its place may have moved."""
        marked = f'"{found["tag"]}"'
        there = [rule for rule, _, _ in kernel.chain(found["table"], found["chain"]) if marked in rule]
        for _ in there:
            kernel.run("iptables", "-w", "5", "-t", found["table"], "-D", found["chain"], *found["spec"])


class Flush:
    """Other people's rules go too, which is why it exists apart, for one chain, and remembers every rule and its place."""

    fields = {"table", "chain"}
    lasts = False

    def check(self, given):
        if (given["table"], given["chain"]) != ("nat", "POSTROUTING"):
            raise Refused("only nat POSTROUTING can be emptied")
        return given

    def says(self, given):
        return f"iptables -t {given['table']} -F {given['chain']}"

    def find(self, given, _tag):
        table, chain = given["table"], given["chain"]
        return {"table": table, "chain": chain, "rules": kernel.chain(table, chain)}

    def apply(self, given, _found, _tag):
        kernel.run("iptables", "-w", "5", "-t", given["table"], "-F", given["chain"])

    def undo(self, found, pending):
        """A rule of ours that was taken back in the meantime stays away."""
        now = kernel.chain(found["table"], found["chain"])
        marks = [(rule, OURS.search(rule[0])) for rule in found["rules"]]
        before = [rule for rule, ours in marks if not ours or ours[1] in pending]
        kernel.insert_rules(found["table"], found["chain"], kernel.places_of_gone(before, now))


class VboxRange:
    """A line of /etc/vbox/networks.conf, which replaces VirtualBox's default as soon as it is there (VBoxNetAdpCtl.cpp)."""

    fields = {"range"}
    lasts = True

    def check(self, given):
        return {**given, "range": words.private_range(given["range"])}

    def says(self, given):
        return f"* {given['range']} in {NETWORKS}"

    def find(self, given, _tag):
        before, folder = self._read(), os.path.isdir(os.path.dirname(NETWORKS))
        kept = before if before is not None else f"* {USUAL_RANGE}\n"
        if kept and not kept.endswith("\n"):
            kept += "\n"
        return {"before": before, "folder": folder, "wrote": f"{kept}{self._lines(given['range'])}", "ranges": [given["range"]]}

    def handed_on(self, earlier, later):
        """The earlier line stays until the later one goes: VirtualBox asks only whether a range is allowed."""
        return {**later, "before": earlier["before"], "folder": earlier["folder"], "ranges": earlier["ranges"] + later["ranges"]}

    def apply(self, _given, found, _tag):
        os.makedirs(os.path.dirname(NETWORKS), mode=0o755, exist_ok=True)
        self._write(found["wrote"])

    def undo(self, found, _pending):
        """The file as it was; when somebody has changed it since, only our own lines go."""
        now = self._read()
        if now is None or now == found["before"]:
            return
        if now != found["wrote"]:
            for network in found["ranges"]:
                now = now.replace(self._lines(network), "", 1)
            self._write(now)
        elif found["before"] is not None:
            self._write(found["before"])
        else:
            os.unlink(NETWORKS)
            if not found["folder"] and not os.listdir(os.path.dirname(NETWORKS)):
                os.rmdir(os.path.dirname(NETWORKS))

    def _lines(self, network):
        return f"# Added by Hoplab for a lab; taken away at its end.\n* {network}\n"

    def _read(self):
        try:
            with open(NETWORKS, encoding="utf-8", errors="surrogateescape") as file:
                return file.read(kernel.MOST)
        except FileNotFoundError:
            return None

    def _write(self, text):
        beside = f"{NETWORKS}.hoplab"
        file = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o644)
        with os.fdopen(file, "w", encoding="utf-8", errors="surrogateescape") as handle:
            handle.write(text)
            handle.flush()
            os.fsync(file)
        os.rename(beside, NETWORKS)


CHANGES = {
    "sysctl": Sysctl(),
    "iptables-append": AddRule("-A"),
    "iptables-insert": AddRule("-I"),
    "iptables-flush": Flush(),
    "vbox-range": VboxRange(),
}
# What only root may see and the panels show.
READS = {
    "iptables-save": ("iptables-save", "-c"),
    "iptables-legacy-save": ("iptables-legacy-save", "-c"),
    # Terse: without the elements of sets, which can be thousands of addresses.
    "nft": ("nft", "-j", "-t", "list", "ruleset"),
    "conntrack": ("conntrack", "-L", "-o", "extended"),
    "tcp": ("ss", "-tanpH"),
    "udp": ("ss", "-uanpH"),
}
