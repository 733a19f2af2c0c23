"""A `docker` for tests without an engine: its containers are processes, and it notes how it is called."""

from __future__ import annotations

import json
import sys
from pathlib import Path

PROGRAM = """#!{python}
import json, os, signal, subprocess, sys, time
from pathlib import Path

state, words = Path({folder!r}), sys.argv[1:]
with (state / "calls").open("a") as calls:
    calls.write(json.dumps(words) + "\\n")
images = json.loads((state / "images").read_text())

def fail(line):
    sys.exit(f"Error response from daemon: {{line}}")

def file(name):
    found = state / "containers" / name
    if not found.exists():
        fail(f"No such container: {{name}}")
    return found

def told(name, **changes):
    new = json.loads(file(name).read_text()) | changes
    made = file(name).with_suffix(f".{{os.getpid()}}")
    made.write_text(json.dumps(new))
    made.rename(file(name))
    return new

def signalled(name, number):
    # 0 would be all of us.
    os.kill(json.loads(file(name).read_text())["Pid"] or fail(f"container {{name}} is not running"), number)

match words:
    case ["info", *_]:
        print(4)
    case ["image", "inspect", name]:
        print(json.dumps([{{"Config": {{"Labels": images[name]}}}}] if name in images else fail("no such image")))
    case ["build", *arguments]:
        if (state / "broken").exists():
            print("first\\nthe package index is away", file=sys.stderr)
            sys.exit(1)
        label = arguments[arguments.index("--label") + 1]
        images[arguments[arguments.index("--tag") + 1]] = dict([label.split("=", 1)])
        (state / "images").write_text(json.dumps(images))
    case ["create", *arguments]:
        at = next(number for number, word in enumerate(arguments) if word in images)
        made = {{"Command": arguments[at + 1:], "StartedAt": "0001-01-01T00:00:00Z", "Running": False,
                "OOMKilled": False, "ExitCode": 0, "Error": "", "Pid": 0}}
        (state / "containers" / arguments[arguments.index("--name") + 1]).write_text(json.dumps(made))
    case ["start", "--attach", name]:
        command = json.loads(file(name).read_text())["Command"]
        if command == ["missing"]:
            told(name, Error='exec: "missing": executable file not found in $PATH', ExitCode=127)
            sys.exit(127)
        child = subprocess.Popen(command)
        time.sleep(0.3)
        told(name, StartedAt="2026-01-01T00:00:00Z", Running=True, Pid=child.pid)
        code = child.wait()
        code = 128 - code if code < 0 else code
        told(name, Running=False, ExitCode=code, OOMKilled=(state / "little-memory").exists())
        sys.exit(code)
    case ["container", "inspect", name]:
        # Read and no more: what is written back would undo what `start` has written meanwhile.
        print(json.dumps([{{"State": json.loads(file(name).read_text())}}]))
    case ["exec", "--interactive", "--tty", name, *command]:
        os.execvp(command[0], command)
    case ["exec", name, *command]:
        sys.exit(subprocess.run(command).returncode)
    case ["stop", "-t", _, name]:
        signalled(name, signal.SIGTERM)
    case ["kill", name]:
        signalled(name, signal.SIGKILL)
    case ["rm", "--force", "--volumes", *names]:
        for name in names:
            file(name).unlink()
    case ["ps", *_]:
        print(*[each.name for each in (state / "containers").iterdir()], sep="\\n")
    case ["network", "ls", *_]:
        print()
"""


class StandIn:
    """Put `bin` in front of PATH, and `docker` is this one."""

    def __init__(self, folder: Path, **images: dict[str, str]) -> None:
        self.folder = folder
        self.bin = folder / "bin"
        self.bin.mkdir(parents=True)
        (folder / "containers").mkdir()
        self.has(images)
        docker = self.bin / "docker"
        docker.write_text(PROGRAM.format(python=sys.executable, folder=str(folder)))
        docker.chmod(0o755)

    def has(self, images: dict[str, dict[str, str]]) -> None:
        """These images with these labels, and no others."""
        (self.folder / "images").write_text(json.dumps(images))

    def calls(self, command: str) -> list[list[str]]:
        """The arguments of every call of a command so far."""
        log = self.folder / "calls"
        calls = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
        return [words[1:] for words in calls if words[0] == command]

    def containers(self) -> list[str]:
        return [each.name for each in (self.folder / "containers").iterdir()]
