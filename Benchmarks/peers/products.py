"""Times the bare product of 8-bit codes beside NumKong's, one thread, both operands packed before.

Both give the exact dot products of int8 rows in 32 bits; they are compared. NumKong packs columns
and reads rows where they are; ours packs both, once for all tiles of a search, so that packing
is not timed for either. Sizes are those of tiles. The kernels are compiled from their sources by
clang, which the Swift toolchain brings. Medians of turns that alternate; the ratio is theirs over
ours.
"""

import argparse
import ctypes
import glob
import os
import shutil
import statistics
import subprocess
import tempfile
import time

import numkong
import numpy as np

SOURCES = os.path.join(os.path.dirname(__file__), "../../Sources/ContrastiveKernels")
parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--clang", default=shutil.which("clang") or "clang")
parser.add_argument("--alternations", type=int, default=25)
parser.add_argument("--product", help="an instruction set instead of the fastest")
options = parser.parse_args()

size, pointer = ctypes.c_size_t, ctypes.c_void_p
pack = ctypes.CFUNCTYPE(None, pointer, size, size, size, pointer)


class Product(ctypes.Structure):
    """The head of ContrastiveCodeProduct."""

    _fields_ = [
        ("name", ctypes.c_char_p), ("codes", size), ("step", size), ("height", size),
        ("width", size), ("pack_rows", pack), ("pack_columns", pack),
        ("multiply", ctypes.CFUNCTYPE(
            None, size, size, size, pointer, pointer, pointer, size)),
    ]


def kernels(folder):
    path = os.path.join(folder, "kernels.so")
    subprocess.run(
        [options.clang, "-O2", "-shared", "-fPIC", "-I", f"{SOURCES}/include", "-o", path,
         *glob.glob(f"{SOURCES}/*.c"), "-lm", "-lpthread"], check=True)
    library = ctypes.CDLL(path)
    if options.product:
        get = library.contrastive_code_product_named
        get.restype = ctypes.POINTER(Product)
        return get(options.product.encode()).contents
    library.contrastive_code_product.restype = ctypes.POINTER(Product)
    return library.contrastive_code_product().contents


def aligned(count):
    """Words that start at a line of the cache."""
    words = np.zeros(count + 16, np.int32)
    return words[-(words.ctypes.data // 4) % 16:][:count]


def encoded(codes, product):
    """Rows of int8 as the product's units."""
    if product.codes == 4:
        units = (codes.astype(np.int16) + 128).astype(np.uint8)
        deep = -(-codes.shape[1] // (4 * product.step)) * 4 * product.step
        whole = np.full((len(codes), deep), 128, np.uint8)
    else:
        units = codes.astype(np.int16)
        deep = -(-codes.shape[1] // (2 * product.step)) * 2 * product.step
        whole = np.zeros((len(codes), deep), np.int16)
    whole[:, :codes.shape[1]] = units
    return np.ascontiguousarray(whole).view(np.int32)


def ours(product, a, b):
    rows, columns = encoded(a, product), encoded(b, product)
    depth = rows.shape[1]

    def room(count, panel, units):
        return aligned(-(-count // panel) * panel * units)

    left, right = room(len(a), product.height, depth), room(len(b), product.width, depth + 1)
    product.pack_rows(rows.ctypes.data, depth, len(a), depth, left.ctypes.data)
    product.pack_columns(columns.ctypes.data, depth, len(b), depth, right.ctypes.data)
    found = np.zeros((len(a), len(b)), np.int32)

    def run():
        product.multiply(len(a), len(b), depth, left.ctypes.data, right.ctypes.data,
                         found.ctypes.data, len(b))
        return found
    return run


def theirs(a, b):
    packed = numkong.dots_pack(b, dtype="int8")
    found = numkong.zeros((len(a), len(b)), dtype="int32")

    def run():
        numkong.dots_packed(a, packed, out=found)
        return np.asarray(found)
    return run


def seconds(run, repetitions):
    start = time.perf_counter()
    for _ in range(repetitions):
        run()
    return (time.perf_counter() - start) / repetitions


with tempfile.TemporaryDirectory() as folder:
    product = kernels(folder)
    print(f"ours {product.name.decode()}; NumKong {numkong.__version__}")
    print("| rows × columns × depth | ours, 10⁹ products/s | NumKong | theirs over ours |")
    print("|---|---:|---:|---:|")
    random = np.random.default_rng(0)
    for shape in [(384, 256, 128), (384, 256, 384), (384, 256, 768), (512, 2048, 128)]:
        a, b = (random.integers(-127, 128, (count, shape[2])).astype(np.int8)
                for count in shape[:2])
        pair = ours(product, a, b), theirs(a, b)
        for run in pair:
            assert (run() == a.astype(np.int32) @ b.astype(np.int32).T).all()
        work = float(np.prod(shape))
        repetitions = max(1, int(2e9 / work / 10))
        times = [[seconds(run, repetitions) for run in pair]
                 for _ in range(options.alternations)]
        own, other = (statistics.median(turn[side] for turn in times) for side in (0, 1))
        ratio = statistics.median(turn[1] / turn[0] for turn in times)
        print(f"| {' × '.join(map(str, shape))} | {work / own * 1e-9:.0f} "
              f"| {work / other * 1e-9:.0f} | {ratio:.2f} |")
