"""The wheel's tag: one shared library that ctypes loads serves every Python 3."""

from setuptools import setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.dist import Distribution


class BinaryDistribution(Distribution):
    def has_ext_modules(self) -> bool:
        return True


class Wheel(bdist_wheel):
    def get_tag(self) -> tuple[str, str, str]:
        return "py3", "none", "manylinux_2_36_x86_64"


setup(distclass=BinaryDistribution, cmdclass={"bdist_wheel": Wheel})
