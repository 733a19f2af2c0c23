"""Landlock launcher: restricts its own process, then becomes the program of a task.

`python -I -S landlock.py REQUEST REPORT`, two file descriptors: a `Request` to read, and a pipe that ends without a
word once the program runs, or says why it does not: an `errno` (0 where there is none) and a sentence. Both are
marshalled. The launcher's own process becomes the program, whose are then its id, group, signals and exit code.

It is a file of its own with few imports, because every task waits for it, and because its interpreter is to read
nothing of what a task brings along.

https://docs.kernel.org/userspace-api/landlock.html, https://docs.kernel.org/userspace-api/seccomp_filter.html
"""

from __future__ import annotations

import ctypes
import errno
import marshal
import os
import stat
import struct
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypedDict

    class Request(TypedDict):
        """A program, its environment, and the paths that it may use, with all beneath them; a path may be missing."""

        command: list[str]
        environment: dict[str, str]
        readable: list[str]  # to read and execute
        devices: list[str]  # to read and write
        writable: list[str]


# include/uapi/linux/landlock.h: the rights, one bit each, in the order in which the kernel got them.
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_MAKE_CHAR, _MAKE_BLOCK = 1 << 6, 1 << 11
_TRUNCATE, _IOCTL_DEV = 1 << 14, 1 << 15
_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEV
_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15}  # how many there are, by version of the interface
_ALL_RIGHTS = 16  # from version 5 on
_SCOPES = 0b11  # abstract sockets and signals, from version 6 on
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same numbers on every machine
_ASK_VERSION = 1
_PATH_BENEATH = 1

# include/uapi/linux/prctl.h
_SET_SECCOMP, _CAPBSET_DROP, _SET_NO_NEW_PRIVS = 22, 24, 38
_FILTER = 2
_NET_BIND_SERVICE = 10
_CAPABILITIES = 64

# Machine to what seccomp calls it, and its numbers of socket, io_uring_setup, add_key, request_key and keyctl.
_MACHINES = {
    "x86_64": (0xC000003E, 41, (425, 248, 249, 250)),
    "aarch64": (0xC00000B7, 198, (425, 217, 218, 219)),
}
_X32 = 0x40000000  # the other numbers of x86_64
_AF_UNIX = 1
_IGNORED_BY_PYTHON = (13, 25)  # SIGPIPE and SIGXFSZ

_libc = ctypes.CDLL(None, use_errno=True)


def version() -> int:
    """The version of Landlock's interface; 0 where there is none."""
    if sys.platform != "linux":
        return 0  # the numbers mean something else there
    return max(0, int(_libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(_ASK_VERSION))))


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


def _prctl(option: int, *arguments: int) -> int:
    words = [ctypes.c_ulong(each) for each in (*arguments, 0, 0, 0, 0)[:4]]
    return int(_libc.prctl(ctypes.c_int(option), *words))


def restrict_files(request: Request) -> None:
    """Let this process use nothing but the paths of `request`, and signal nobody outside."""
    offered = version()
    handled = (1 << _RIGHTS.get(offered, _ALL_RIGHTS)) - 1
    attributes = struct.pack("QQQ", handled, 0, _SCOPES if offered >= 6 else 0)
    size = ctypes.c_size_t(len(attributes))
    ruleset = _checked(_libc.syscall(_CREATE_RULESET, attributes, size, ctypes.c_uint32(0)))
    read = _EXECUTE | _READ_FILE | _READ_DIR
    for paths, rights in (
        (request["readable"], read),
        (request["devices"], _READ_FILE | _WRITE_FILE),
        (request["writable"], handled & ~(_MAKE_CHAR | _MAKE_BLOCK)),
    ):
        for path in paths:
            _allow(ruleset, path, rights & handled)
    _checked(_libc.syscall(_RESTRICT_SELF, ruleset, ctypes.c_uint32(0)))
    os.close(ruleset)


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        parent = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except (FileNotFoundError, PermissionError, NotADirectoryError):
        return
    if not stat.S_ISDIR(os.fstat(parent).st_mode):
        rights &= _OF_FILES
    rule = struct.pack("=Qi", rights, parent)
    _checked(_libc.syscall(_ADD_RULE, ruleset, ctypes.c_int(_PATH_BENEATH), rule, ctypes.c_uint32(0)))
    os.close(parent)


def drop_privileges() -> None:
    """No privilege can be gained, and a user who is root keeps one: to listen on ports below 1024."""
    _checked(_prctl(_SET_NO_NEW_PRIVS, 1))
    for capability in range(_CAPABILITIES):
        if capability != _NET_BIND_SERVICE:
            _prctl(_CAPBSET_DROP, capability)  # refused where there is none to lose


def restrict_sockets() -> None:
    """No Unix sockets: Landlock lets everybody connect to those in files, and agents with keys listen there.

    Nor io_uring, which would make them past this filter, nor the kernel's keyrings.
    """
    if os.uname().machine not in _MACHINES:
        return
    architecture, make_socket, refused = _MACHINES[os.uname().machine]
    load, equal, at_least, end = 0x20, 0x15, 0x35, 0x06  # BPF_LD|W|ABS, BPF_JMP|JEQ, BPF_JMP|JGE, BPF_RET
    allow, missing, denied = 0x7FFF0000, 0x00050000 | errno.ENOSYS, 0x00050000 | errno.EACCES
    last = 7 + len(refused)  # `allow`, then `missing` and `denied`
    program = [
        (load, 0, 0, 4),  # the architecture
        (equal, 0, last + 1 - 2, architecture),
        (load, 0, 0, 0),  # the number
        (at_least, last + 1 - 4, 0, _X32),
        *((equal, last + 1 - 5 - place, 0, number) for place, number in enumerate(refused)),
        (equal, 0, 2, make_socket),
        (load, 0, 0, 16),  # the first argument
        (equal, 2, 0, _AF_UNIX),
        (end, 0, 0, allow),
        (end, 0, 0, missing),
        (end, 0, 0, denied),
    ]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *each) for each in program))
    described = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", len(program), ctypes.addressof(code)))
    _checked(_prctl(_SET_SECCOMP, _FILTER, ctypes.addressof(described)))


def execute(command: list[str], environment: dict[str, str]) -> None:
    """Become the program; one without a slash is looked for along the PATH of `environment`. Raises OSError.

    `os.execvpe` does the same, but imports a module by then, which may not be readable any more.
    """
    name = command[0]
    folders = (environment.get("PATH") or os.defpath).split(os.pathsep)
    errors = []
    for path in [name] if "/" in name else [os.path.join(folder, name) for folder in folders]:
        try:
            os.execve(path, command, environment)  # noqa: S606 (its very purpose)
        except OSError as error:
            errors.append(error)
    # One that is there but cannot be run tells more than one that is not.
    raise min(errors, key=lambda error: error.errno in (errno.ENOENT, errno.ENOTDIR))


def main() -> None:
    source, report = (int(each) for each in sys.argv[1:])
    for each in (source, report):
        os.set_inheritable(each, False)
    try:
        with open(source, "rb") as file:
            request: Request = marshal.load(file)  # noqa: S302 (our own parent's)
        for number in _IGNORED_BY_PYTHON:
            # What is ignored stays so in a new program.
            _libc.signal(ctypes.c_int(number), None)
        drop_privileges()
        restrict_files(request)
        restrict_sockets()
        execute(request["command"], request["environment"])
    except OSError as error:
        said = (error.errno or 0, error.strerror)
    except (ValueError, IndexError) as error:
        said = (0, str(error))
    os.write(report, marshal.dumps(said))
    os._exit(127)


if __name__ == "__main__":
    main()
