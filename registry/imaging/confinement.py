"""What a decoding process may do: compute, and write its answer. No file, no socket, no process.

Resource limits hold on every POSIX system; on Linux a seccomp filter refuses the system calls too,
so that not even code run by a broken decoder could raise a limit again. Threads are allowed, because
the HEVC decoder cannot do without: they live under the same limits and the same filter.
"""

import ctypes
import platform
import resource
import struct
import sys

MEMORY_BYTES = 325_000_000
"""Address space for one picture, with two copies of its file. 50 megapixels as PNG or JPEG take 200 to 315 MB, and
service, sandbox and one such picture stay below 600 MB together; WebP and AVIF take some 10 bytes a pixel.
The service itself holds the compiled loops of the search."""
CPU_SECONDS = 20
"""The slowest picture within the other limits took 6 s."""

_PR_SET_NO_NEW_PRIVS = 38
_PR_SET_SECCOMP = 22
_PR_SET_PDEATHSIG = 1
_SECCOMP_MODE_FILTER = 2
_SIGKILL = 9
_LOAD, _JUMP_IF_EQUAL, _JUMP_IF_AT_LEAST, _JUMP_IF_SET, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_CLONE_THREAD = 0x00010000
_ALLOW = 0x7FFF0000
_REFUSE = 0x00050000 | 1  # SECCOMP_RET_ERRNO with EPERM
_REFUSE_AS_UNKNOWN = 0x00050000 | 38  # ENOSYS: glibc then falls back from clone3 to clone, which is refused
_X32_BIT = 0x40000000

# System call numbers from the kernel's tables: everything that opens, connects, starts, traces, moves or removes.
_X86_64 = (
    0xC000003E,
    (
        *(2, 85, 257, 437),  # open creat openat openat2
        *(41, 42, 43, 44, 46, 47, 49, 50, 53, 288),  # socket connect accept sendto sendmsg recvmsg bind listen ...
        *(57, 58, 59, 322),  # fork vfork execve execveat
        *(62, 101, 310, 311, 312, 434, 438),  # kill ptrace process_vm_* kcmp pidfd_open pidfd_getfd
        *(76, 82, 83, 84, 86, 87, 88, 90, 92, 258, 259, 260, 263, 264, 265, 266, 268, 316),  # names, modes of files
        *(155, 161, 165, 166, 272, 308, 428, 429, 430, 442),  # mounts, roots and namespaces
        *(160, 302, 246, 298, 321, 323, 248, 249, 250, 425, 426, 427, 304),  # limits, bpf, keys, io_uring, by handle
    ),
    56,  # clone
    435,  # clone3
)
_AARCH64 = (
    0xC00000B7,
    (
        *(56, 437),  # openat openat2
        *(198, 199, 200, 201, 202, 203, 206, 211, 212, 242),  # sockets
        *(221, 281),  # execve execveat
        *(129, 117, 270, 271, 272, 434, 438),
        *(33, 34, 35, 36, 37, 38, 45, 46, 53, 54, 276),
        *(39, 40, 41, 51, 97, 268, 428, 429, 430, 442),
        *(164, 261, 104, 241, 280, 282, 217, 218, 219, 425, 426, 427, 265),
    ),
    220,
    435,
)


def die_with_parent() -> None:
    """On Linux, be killed when the process that started this one ends."""
    if sys.platform == "linux":
        _prctl(_PR_SET_PDEATHSIG, _SIGKILL)


def confine(file_bytes: int = 0, space: int | None = None) -> None:
    """Give up, for good, everything but computing and the open file descriptors. Raises OSError where Linux refuses.

    ``file_bytes`` is the size of the file that lies in memory here, and in the process that sent it; ``space`` is what
    ``address_space`` was before this process took any memory for pictures: by default, what it is now.
    """
    before = address_space() if space is None else space
    _limit(resource.RLIMIT_AS, before + max(MEMORY_BYTES - 2 * file_bytes, 0))
    _limit(resource.RLIMIT_CPU, CPU_SECONDS)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_CORE, 0)
    # Descriptors that are open stay open; none can be added, by file or by socket.
    _limit(resource.RLIMIT_NOFILE, 0)
    if sys.platform == "linux":
        _prctl(_PR_SET_NO_NEW_PRIVS, 1)
        _install_filter()


def _limit(which: int, value: int) -> None:
    _, hard = resource.getrlimit(which)
    ceiling = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(which, (ceiling, ceiling))


def address_space() -> int:
    """Bytes that this process has addresses for."""
    try:
        with open("/proc/self/statm", encoding="ascii") as statm:
            return int(statm.read().split()[0]) * resource.getpagesize()
    except OSError:
        return 1_000_000_000  # where /proc is absent, a bound above what the libraries reserve


def _install_filter() -> None:
    tables = {"x86_64": _X86_64, "aarch64": _AARCH64}
    table = tables.get(platform.machine())
    if table is None:
        return
    architecture, refused, clone, clone3 = table
    program = [
        struct.pack("<HBBI", _LOAD, 0, 0, 4),
        struct.pack("<HBBI", _JUMP_IF_EQUAL, 1, 0, architecture),
        struct.pack("<HBBI", _RETURN, 0, 0, _REFUSE),
        struct.pack("<HBBI", _LOAD, 0, 0, 0),
        struct.pack("<HBBI", _JUMP_IF_AT_LEAST, 0, 1, _X32_BIT),
        struct.pack("<HBBI", _RETURN, 0, 0, _REFUSE),
        struct.pack("<HBBI", _JUMP_IF_EQUAL, 0, 1, clone3),
        struct.pack("<HBBI", _RETURN, 0, 0, _REFUSE_AS_UNKNOWN),
        struct.pack("<HBBI", _JUMP_IF_EQUAL, 0, 4, clone),
        struct.pack("<HBBI", _LOAD, 0, 0, 16),  # its flags, the first argument
        struct.pack("<HBBI", _JUMP_IF_SET, 0, 1, _CLONE_THREAD),
        struct.pack("<HBBI", _RETURN, 0, 0, _ALLOW),
        struct.pack("<HBBI", _RETURN, 0, 0, _REFUSE),
    ]
    for number in refused:
        program.append(struct.pack("<HBBI", _JUMP_IF_EQUAL, 0, 1, number))
        program.append(struct.pack("<HBBI", _RETURN, 0, 0, _REFUSE))
    program.append(struct.pack("<HBBI", _RETURN, 0, 0, _ALLOW))
    code = ctypes.create_string_buffer(b"".join(program))
    header = ctypes.create_string_buffer(struct.pack("@HP", len(program), ctypes.addressof(code)))
    _prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.addressof(header))


def _prctl(option: int, value: int, pointer: int = 0) -> None:
    library = ctypes.CDLL(None, use_errno=True)
    arguments = [ctypes.c_ulong(value), ctypes.c_ulong(pointer), ctypes.c_ulong(0), ctypes.c_ulong(0)]
    if library.prctl(option, *arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, "the kernel refused to confine the decoder")
