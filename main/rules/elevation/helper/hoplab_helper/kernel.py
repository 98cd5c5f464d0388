"""Starting programs, and reading and writing what the kernel holds. No shell, no environment, absolute paths."""
import os
import re
import subprocess

from words import Refused

FOLDERS = ("/usr/sbin", "/usr/bin", "/sbin", "/bin")
PROGRAMS = {
    "iptables",
    "iptables-save",
    "iptables-restore",
    "iptables-legacy-save",
    "nft",
    "setpriv",
    "conntrack",
    "ss",
}
SECONDS = 20
# The journal's lock: a program that outlives a killed helper keeps it, so that nobody takes back what is still being done.
HELD = []
MOST = 4 * 1024 * 1024


def program(name):
    """Where a program of the list is; None when this computer has it not."""
    assert name in PROGRAMS
    for folder in FOLDERS:
        path = f"{folder}/{name}"
        if os.access(path, os.X_OK):
            return path
    return None


def run(name, *words, given=None):
    """Standard output. Refused when the program is missing, fails or takes too long."""
    path = program(name)
    if path is None:
        raise Refused(f"{name} is not installed")
    try:
        done = subprocess.run(
            [path, *words],
            input=given,
            stdin=None if given is not None else subprocess.DEVNULL,
            capture_output=True,
            env={},
            cwd="/",
            timeout=SECONDS,
            pass_fds=HELD,
            check=False,
            encoding="utf-8",
            errors="surrogateescape",
        )
    except subprocess.TimeoutExpired:
        raise Refused(f"{name} did not answer within {SECONDS} s") from None
    if done.returncode != 0:
        said = (done.stderr.strip().splitlines() or [""])[0][:300]
        raise Refused(f"{name} ended with {done.returncode}: {said}")
    return done.stdout[:MOST]


def start_monitor():
    """`nft monitor`, running: it ends with this process, however that ends. Refused when it is not there."""
    words = [program("setpriv"), "--pdeathsig", "KILL", program("nft"), "monitor"]
    if None in words:
        raise Refused("nft is not installed")
    # No descriptor is passed on: what only listens must not hold the journal's lock.
    return subprocess.Popen(
        words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={}, cwd="/"
    )


def setting_path(key):
    return "/proc/sys/" + key.replace(".", "/")


def read_setting(path):
    try:
        with open(path, encoding="ascii") as file:
            return file.read().strip()
    except OSError as error:
        raise Refused(f"{path}: {error.strerror}") from None


def write_setting(path, value):
    try:
        with open(path, "w", encoding="ascii") as file:
            file.write(f"{value}\n")
    except OSError as error:
        raise Refused(f"{path}: {error.strerror}") from None


def forwarding_along():
    """What changes with ip_forward: inet_forward_change() in net/ipv4/devinet.c. Path → value."""
    base = "/proc/sys/net/ipv4/conf"
    paths = [f"{base}/{name}/{item}" for name in sorted(os.listdir(base)) for item in ("forwarding", "accept_redirects")]
    return {path: read_setting(path) for path in paths if os.path.exists(path)}


SAVED = re.compile(r"\[(\d+):(\d+)\] -A (\S+) ?(.*)")


def chain(table, name):
    """Rules of a chain as iptables-save prints them, in order: [[rule, packets, bytes], …]."""
    found = []
    for line in run("iptables-save", "-c", "-t", table).splitlines():
        rule = SAVED.fullmatch(line)
        if rule and rule[3] == name:
            found.append([rule[4], int(rule[1]), int(rule[2])])
    return found


def insert_rules(table, name, places):
    """Puts rules at their places (from 1) with their counters, all or none: one transaction of iptables-restore."""
    if not places:
        return
    lines = [f"[{packets}:{size}] -I {name} {place} {rule}" for place, (rule, packets, size) in places]
    text = "\n".join([f"*{table}", *lines, "COMMIT", ""])
    run("iptables-restore", "-w", "5", "--noflush", "--counters", given=text)


def places_of_gone(before, now):
    """Where the rules that went must be inserted so that each stands behind its old predecessors; places count from 1."""
    texts = [rule for rule, _, _ in now]
    missing = {}
    for rule, _, _ in before:
        missing[rule] = missing.get(rule, 0) + 1
    for rule in texts:
        if rule in missing:
            missing[rule] -= 1
    places, at = [], 0
    for item in before:
        rule = item[0]
        if missing[rule] > 0:
            places.append((at + 1, item))
            texts.insert(at, rule)
            missing[rule] -= 1
            at += 1
        elif rule in texts[at:]:
            at = texts.index(rule, at) + 1
    return places
