"""Runs a program on a terminal and types a password whenever it asks for one, as a person would: typist.py PASSWORD LOG PROGRAM...

An empty password: only looks on. Each question is a line in LOG. "{ready}" among the words is a descriptor that the program
closes when it is ready, which is said on standard output. Ends as the program does.
"""

import os
import pty
import select
import sys
import termios

password, log, *words = sys.argv[1:]
ready, told = os.pipe()
os.set_inheritable(told, True)
words = [word.replace("{ready}", str(told)) for word in words]

pid, terminal = pty.fork()
if pid == 0:
    os.execvp(words[0], words)
os.close(told)
seen = b""
watched = [terminal, ready]
while True:
    for end in select.select(watched, [], [])[0]:
        if end == ready:
            watched.remove(ready)
            print("ready", flush=True)
            continue
        try:
            piece = os.read(terminal, 4096)
        except OSError:
            piece = b""
        if not piece:
            _, status = os.waitpid(pid, 0)
            sys.exit(os.waitstatus_to_exitcode(status) & 255)
        seen += piece
    # What is typed before the echo is off is thrown away (termios(3), TCSAFLUSH).
    hidden = not termios.tcgetattr(terminal)[3] & termios.ECHO
    if b"assword" in seen and seen.rstrip().endswith(b":") and hidden:
        with open(log, "a") as file:
            file.write("asked\n")
        seen = b""
        if password:
            os.write(terminal, password.encode() + b"\n")
