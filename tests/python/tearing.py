"""What the tests of large files share: event tables torn to pieces, and bytes read. It is not a test."""
import os
import shutil

import h5py

RAGGED = ("events", "trajectories")


def tear(path, folder):
    """A copy of a results file in a folder of its own, in which each chunk of events and trajectories is nonsense."""
    os.mkdir(folder)
    copy = shutil.copy(path, folder)
    pieces = []
    with h5py.File(path, "r") as file:
        for group in RAGGED:
            for dataset in (file[group].values() if group in file else ()):
                if dataset.chunks is not None:
                    infos = [dataset.id.get_chunk_info(i) for i in range(dataset.id.get_num_chunks())]
                    pieces += [(info.byte_offset, info.size) for info in infos]
    with open(copy, "r+b") as out:
        for offset, size in pieces:
            out.seek(offset)
            out.write(b"\xa5" * size)
    return copy, sum(size for _, size in pieces)


def bytes_read():
    """Bytes that this process and the children it waited for have read by system calls."""
    with open("/proc/self/io", encoding="ascii") as file:
        return int(file.readline().split()[1])
