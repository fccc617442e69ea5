"""Asks the process of tests/warm.py for a program, and is that program for its caller: ADDRESS NAME ARGUMENTS."""

import json
import os
import socket
import sys

_, address, name, *arguments = sys.argv
umask = os.umask(0)
line = socket.socket(socket.AF_UNIX)
line.connect(address)
socket.send_fds(line, [b"?"], [0, 1, 2])
asked = dict(name=name, arguments=arguments, folder=os.getcwd(), umask=umask, environment=dict(os.environ))
line.sendall(json.dumps(asked).encode() + b"\n")
sys.exit(int(line.makefile().readline() or 1))
